"""The agents' desk: the queue, a hand-over, a draft, reuse, the log. Renders records; decides nothing."""
