"""How a person comes to us: enquiry, referral, psychiatric evaluation, trials, medications, allergies.

Owns history as told and found. The plan made from it lives in `plans`.
"""
