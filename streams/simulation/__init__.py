"""An invented force of any size: its people, their everyday mail and files, and a few who do what custodiet looks for.

The world is drawn from what a force is like and not from what the detectors see. Everything is written in published export formats, day
by day in constant memory, beside a truth that says who did what; ``score`` holds alerts against it.
"""
