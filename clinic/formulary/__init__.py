"""What can be prescribed: medications, their products and strengths, dose numbers with source and status.

Owns no client's medication. A number without a confirmed source is shown as unknown, never checked silently.
"""
