# SPDX-License-Identifier: LGPL-2.1-or-later
"""Trees laid out as distributions do, and what kexecctl has to find in them."""
