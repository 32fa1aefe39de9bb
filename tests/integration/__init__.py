# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole service on a private bus, with the real polkitd, a mock logind and a fake kernel."""
