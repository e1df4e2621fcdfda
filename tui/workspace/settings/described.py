"""What each setting is about: for the settings screen, and for the config file to begin with."""

from collections.abc import Mapping, Sequence

ABOUT: Mapping[str, str] = {
    "base_url": "The address of another server than the region's.",
    "region": 'Where the account is: "na" or "eu".',
    "project": "The id of the project to work in.",
    "organization": "The id of its organization.",
    "theme": "auto, llama-dark, -light, -contrast, -ansi, or one of Textual's themes.",
    "keep": "Whether sessions, drafts and running turns are kept on this machine.",
    "bell": "Whether the terminal rings when a turn ends that nobody is looking at.",
    "notify": 'How the terminal notifies of that: "off", "osc9" or "osc777".',
    "grounding": "Whether figures, dates and names that stand in no evidence are underlined.",
    "allow_http": "Whether the key may go unencrypted to a server of a private network.",
    "animations": "Whether anything moves on the screen that need not.",
    "profile": "The profile to use where none is named.",
    "model": "The language model that answers from folders of this machine.",
    "model_base_url": "The address of the endpoint that has this model.",
    "embedding_model": "A model there that finds by meaning; every passage is sent to it.",
}

GROUPS: Mapping[str, Sequence[str]] = {
    "On the screen": ("theme", "animations", "grounding"),
    "When a turn ends unseen": ("bell", "notify"),
    "On this machine": ("keep",),
    "The account": ("profile", "project", "organization", "region", "base_url", "allow_http"),
    "The local library": ("model", "model_base_url", "embedding_model"),
}
"""The settings in the order in which they are shown."""

FROM_NEXT_START = frozenset(("keep",))
"""Settings that are read only when the program starts."""
