"""Values → text and JSON: plans, findings, inventories, explanations. One file a subject; `layout`, `envelope` below.

Pure: the width and the colour are arguments, nothing is printed here, and nothing is ever cut off to make it fit.
"""
