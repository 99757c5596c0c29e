"""The pages people see, and the stylesheet and script beside them."""
