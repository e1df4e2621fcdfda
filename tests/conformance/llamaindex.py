"""What LlamaIndex's managed classes do over the local server. Run by the interpreter that has the package.

The module that the classes are in is the argument: it has the same names in both packages, which share no types.
"""

import asyncio
import importlib
import sys
from typing import Any

core: Any = importlib.import_module("llama_index.core")
llms: Any = importlib.import_module("llama_index.core.llms")
stores: Any = importlib.import_module("llama_index.core.vector_stores.types")
managed: Any = importlib.import_module(sys.argv[1])

core.Settings.llm = llms.MockLLM()  # it answers with its prompt


def names(nodes: list[Any]) -> set[str]:
    return {node.metadata["file_name"] for node in nodes}


retriever = managed.LlamaCloudRetriever(name="papers")
found = retriever.retrieve("who is the electrician?")
assert "Marek Nowak" in found[0].text
assert names(found[:1]) == {"kitchen.md"}

by_id = managed.LlamaCloudRetriever(pipeline_id=retriever.pipeline.id)
assert "oak" in asyncio.run(by_id.aretrieve("why oak?"))[0].text

filters = stores.MetadataFilters(filters=[stores.MetadataFilter(key="file_name", value="work/retro.txt")])
filtered = managed.LlamaCloudRetriever(name="papers", filters=filters)
assert names(filtered.retrieve("electrician, outage, deploy")) == {"work/retro.txt"}

index = managed.LlamaCloudIndex(name="papers")
assert len(index.as_retriever(dense_similarity_top_k=1).retrieve("oak")) == 1
assert "oak" in str(index.as_query_engine().query("why oak?"))
