"""What can be mended without a new certificate: whose material it is, how it is to be packed, what that changes.

Pure: files, passwords, roots and the time are arguments. What still fails when packed anew needs somebody's help.
"""
