"""The bundled publishers: a newsroom and a statistics service that we wrote ourselves, so that a first run needs no internet.

They speak the real protocols over real HTTP, and have the faults of real publishers: a page that is edited after it was
published, an empty page, the same page under two addresses, a row that cannot be, a row given twice, a figure revised later.
All texts and figures were made for this project; nobody should quote them as facts.
"""
