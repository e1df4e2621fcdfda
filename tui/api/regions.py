"""Where LlamaCloud is."""

from collections.abc import Mapping

REGIONS: Mapping[str, str] = {"na": "https://api.cloud.llamaindex.ai", "eu": "https://api.cloud.eu.llamaindex.ai"}
"""Base URL by region. Source: the page "Regions" of the LlamaCloud documentation."""
