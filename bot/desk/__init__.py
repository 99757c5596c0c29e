"""What is remembered: conversations, feedback, hand-overs. Does not know how replies are made."""
