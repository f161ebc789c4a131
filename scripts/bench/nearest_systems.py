"""Systems that find the nearest vectors, for scripts/bench/nearest: each with the same vectors, set
up as its documentation has it."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["RECALL", "SYSTEMS", "K", "Searching"]

K = 10
RECALL = 0.99
THREADS = os.cpu_count() or 1


class Searching:
    """One system. `modules` are what it needs, `levels` values of its search parameter, from quick
    to thorough; `filters` says why it has none, empty where it has."""

    modules: Sequence[str] = ()
    levels: Sequence[Any] = (None,)
    filters = ""
    level: Any = None

    def __init__(self, vectors: NDArray[np.float16], folder: Path) -> None:
        self.vectors, self.folder = vectors, folder
        self.count, self.dimension = vectors.shape
        self.parts = part_of(self.count)

    def batches(self, size: int) -> Iterator[tuple[range, NDArray[np.float32]]]:
        for start in range(0, self.count, size):
            rows = range(start, min(start + size, self.count))
            yield rows, np.asarray(self.vectors[rows.start : rows.stop], np.float32)

    def build(self) -> None: ...
    def load(self) -> None: ...
    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        raise NotImplementedError


def part_of(count: int) -> NDArray[np.float64]:
    """For each row a number in [0, 1): a filter passes those below its share."""
    return np.random.default_rng(11).random(count)


class Paperkin(Searching):
    modules = ("faiss", "paperkin.search.semantic")

    def build(self) -> None:
        from paperkin.index.dense import write_generation
        from paperkin.index.dense_manifest import MANIFEST, write_manifest
        from paperkin.index.snapshot import Commit, ModelRow

        model = ModelRow(1, "", "", "", self.dimension)
        parts = (
            (start, np.asarray(self.vectors[start : start + 10_000]))
            for start in range(0, self.count, 10_000)
        )
        rows = ((start + n, row.tobytes()) for start, part in parts for n, row in enumerate(part))
        manifest = write_generation(self.folder, Commit(1, ""), model, rows, RECALL)
        write_manifest(self.folder / MANIFEST, manifest)

    def load(self) -> None:
        from paperkin.index.dense import DenseIndex
        from paperkin.index.dense_manifest import MANIFEST, read_manifest
        from paperkin.search.passing import KeptPassing
        from paperkin.search.semantic import nearest

        manifest = read_manifest(self.folder / MANIFEST)
        assert manifest is not None
        # What a library shows a search of itself, as far as this one looks.
        self.view: Any = SimpleNamespace(
            dense=DenseIndex(self.folder, manifest),
            dense_alive=np.ones(self.count, bool),
            beside_numbers=np.zeros(0, np.int64),
            beside_vectors=np.zeros((0, self.dimension), np.float16),
            passing=KeptPassing(),
        )
        self.nearest, self.k = nearest, K
        self.said = f"margin {manifest.plan.margin}, depth {manifest.plan.depth}"
        self.said += f", reached {manifest.reached}"
        self.passing: dict[float | None, NDArray[np.int64] | None] = {None: None}

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        if share is not None and share not in self.passing:
            self.passing[share] = np.flatnonzero(self.parts < share)
        found = self.nearest(self.view, query, self.k, allowed=self.passing[share])[0]
        return found[: self.k].tolist()


class Paperkin1000(Paperkin):
    """The same, asked for as many as hybrid search ranks."""

    def load(self) -> None:
        super().load()
        self.k = 1000


class Hnswlib(Searching):
    modules = ("hnswlib",)
    levels = (32, 64, 100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200)

    def build(self) -> None:
        import hnswlib

        index = hnswlib.Index("ip", self.dimension)
        index.init_index(self.count, M=16, ef_construction=200)
        for rows, vectors in self.batches(10_000):
            index.add_items(vectors, np.asarray(rows), num_threads=THREADS)
        index.save_index(str(self.folder / "index"))

    def load(self) -> None:
        import hnswlib

        self.index = hnswlib.Index("ip", self.dimension)
        self.index.load_index(str(self.folder / "index"))

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        self.index.set_ef(self.level)
        if share is None:
            return self.index.knn_query(query, K, num_threads=1)[0][0].tolist()
        passes = self.parts < share
        found = self.index.knn_query(query, K, num_threads=1, filter=lambda row: bool(passes[row]))
        return found[0][0].tolist()


class Usearch(Searching):
    modules = ("usearch.index",)
    levels = Hnswlib.levels
    filters = "its Python binding has none"
    kind = "f16"

    def index(self) -> Any:
        from usearch.index import Index

        return Index(
            ndim=self.dimension, metric="ip", dtype=self.kind, connectivity=16, expansion_add=128
        )

    def build(self) -> None:
        index = self.index()
        for rows, vectors in self.batches(10_000):
            index.add(np.asarray(rows), vectors, threads=THREADS)
        index.save(str(self.folder / "index"))

    def load(self) -> None:
        self.found = self.index()
        self.found.load(str(self.folder / "index"))

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        self.found.expansion_search = self.level
        return self.found.search(query, K, threads=1).keys.tolist()


class UsearchInt8(Usearch):
    kind = "i8"


class FaissHnsw(Searching):
    modules = ("faiss",)
    levels = Hnswlib.levels

    def build(self) -> None:
        import faiss

        index = faiss.IndexHNSWFlat(self.dimension, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 100
        for _, vectors in self.batches(10_000):
            index.add(vectors)
        faiss.write_index(index, str(self.folder / "index"))

    def load(self) -> None:
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.read_index(str(self.folder / "index"))
        self.selectors: dict[float, Any] = {}

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        import faiss

        settings = faiss.SearchParametersHNSW(efSearch=self.level)
        if share is not None:
            if share not in self.selectors:
                bits = np.packbits(self.parts < share, bitorder="little")
                self.selectors[share] = faiss.IDSelectorBitmap(bits), bits
            settings.sel = self.selectors[share][0]
        return self.index.search(query[None], K, params=settings)[1][0].tolist()


class Lancedb(Searching):
    modules = ("lancedb",)
    levels = tuple((p, r) for p, r in ((20, 10), (40, 20), (80, 30), (160, 50), (320, 100)))

    def build(self) -> None:
        import lancedb
        import pyarrow as pa

        kind = pa.list_(pa.float32(), self.dimension)

        def tables() -> Iterator[Any]:
            for rows, vectors in self.batches(10_000):
                values = pa.FixedSizeListArray.from_arrays(vectors.ravel(), self.dimension)
                part = self.parts[rows.start : rows.stop]
                columns = [pa.array(list(rows)), pa.array(part), values]
                yield pa.record_batch(columns, names=["row", "part", "vector"])

        schema = pa.schema([("row", pa.int64()), ("part", pa.float64()), ("vector", kind)])
        table = lancedb.connect(self.folder).create_table("t", tables(), schema=schema)
        table.create_index(metric="dot", vector_column_name="vector", index_type="IVF_PQ")

    def load(self) -> None:
        import lancedb

        self.table = lancedb.connect(self.folder).open_table("t")

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        probes, refine = self.level
        asked = self.table.search(query, vector_column_name="vector").metric("dot").limit(K)
        asked = asked.nprobes(probes).refine_factor(refine).select(["row"])
        if share is not None:
            asked = asked.where(f"part < {share}", prefilter=True)
        return asked.to_arrow()["row"].to_pylist()


class Chromadb(Searching):
    modules = ("chromadb",)
    levels = (100, 200, 400, 800, 1600, 3200)

    def collection(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        client = chromadb.PersistentClient(
            str(self.folder), settings=Settings(anonymized_telemetry=False)
        )
        settings: Any = {"hnsw": {"space": "ip", "max_neighbors": 16, "ef_construction": 200}}
        return client.get_or_create_collection("c", configuration=settings, embedding_function=None)

    def build(self) -> None:
        collection = self.collection()
        for rows, vectors in self.batches(5_000):
            parts = [{"part": float(self.parts[row])} for row in rows]
            collection.add([str(row) for row in rows], vectors, parts)

    def load(self) -> None:
        self.found = self.collection()
        self.set: Any = None

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        if self.set != self.level:
            self.found.modify(configuration={"hnsw": {"ef_search": self.level}})
            self.set = self.level
        where = None if share is None else {"part": {"$lt": share}}
        found = self.found.query(query[None], n_results=K, where=where, include=[])
        return [int(row) for row in found["ids"][0]]


class Qdrant(Searching):
    modules = ("qdrant_client",)

    def build(self) -> None:
        from qdrant_client import QdrantClient, models

        client = QdrantClient(path=str(self.folder))
        size = models.VectorParams(size=self.dimension, distance=models.Distance.DOT)
        client.create_collection("c", vectors_config=size)
        for rows, vectors in self.batches(5_000):
            points = models.Batch(
                ids=list(rows),
                vectors=vectors.tolist(),
                payloads=[{"part": float(self.parts[row])} for row in rows],
            )
            client.upsert("c", points)
        client.close()

    def load(self) -> None:
        from qdrant_client import QdrantClient

        self.client = QdrantClient(path=str(self.folder))

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        from qdrant_client import models

        where = None
        if share is not None:
            below = models.FieldCondition(key="part", range=models.Range(lt=share))
            where = models.Filter(must=[below])
        found = self.client.query_points("c", query.tolist(), limit=K, query_filter=where)
        return [int(point.id) for point in found.points]


class Milvus(Searching):
    modules = ("pymilvus",)
    levels = (8, 16, 32, 64, 128, 256, 512, 1024)

    def build(self) -> None:
        from pymilvus import DataType, MilvusClient

        client = MilvusClient(str(self.folder / "milvus.db"))
        schema = client.create_schema()
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("part", DataType.DOUBLE)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self.dimension)
        index = client.prepare_index_params()
        index.add_index("vector", index_type="IVF_FLAT", metric_type="IP", params={"nlist": 1024})
        client.create_collection("c", schema=schema, index_params=index)
        for rows, vectors in self.batches(5_000):
            client.insert(
                "c",
                [
                    {"row": row, "part": float(self.parts[row]), "vector": vector}
                    for row, vector in zip(rows, vectors, strict=True)
                ],
            )
        client.close()

    def load(self) -> None:
        from pymilvus import MilvusClient

        self.client = MilvusClient(str(self.folder / "milvus.db"))
        self.client.load_collection("c")

    def ask(self, query: NDArray[np.float32], share: float | None) -> Sequence[int]:
        found = self.client.search(
            "c",
            [query],
            limit=K,
            filter="" if share is None else f"part < {share}",
            search_params={"metric_type": "IP", "params": {"nprobe": self.level}},
        )
        return [int(hit["row"]) for hit in found[0]]


SYSTEMS: dict[str, type[Searching]] = {
    "paperkin": Paperkin,
    "paperkin, 1000": Paperkin1000,
    "hnswlib": Hnswlib,
    "usearch f16": Usearch,
    "usearch i8": UsearchInt8,
    "faiss HNSW": FaissHnsw,
    "lancedb": Lancedb,
    "chromadb": Chromadb,
    "qdrant-client": Qdrant,
    "milvus-lite": Milvus,
}
