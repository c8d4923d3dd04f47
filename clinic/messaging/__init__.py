"""How reminders leave: the queue of rows, the sender, the gateways, opt-outs, links, the delivery log.

Decides neither what is due nor why. A text carries no name, drug, diagnosis or specialty.
"""
