"""The Lua script of the log collectors under LuaJIT, which Fluent Bit runs it with."""

from collections.abc import Mapping
from typing import Any, cast

# LuaJIT's own module, because Fluent Bit links LuaJIT 2.1 and its patterns differ from those of newer Luas.
from lupa import luajit21  # pyright: ignore[reportMissingTypeStubs]

from components.observability.logs.collector import script
from components.observability.logs.spec import LogPipelineSpec


class Redactor:
    """Runs the script on records as the kubernetes filter hands them on."""

    def __init__(self, **settings: Any):
        runtime: Any = luajit21
        self._lua = runtime.LuaRuntime(unpack_returned_tuples=True, encoding=None)
        spec = LogPipelineSpec.model_validate({"name": "ml-test", **settings})
        self._lua.execute(script(spec).encode())
        self._lua_type = runtime.lua_type
        self._pods = 0

    def record(
        self,
        log: str | bytes | None = None,
        data: Any = None,
        *,
        tag: str | None = None,
        namespace: str = "search",
        stream: Any = "stdout",
        labels: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """What leaves the node of a line, or of the fields of a line of JSON. By default each has a pod of its own."""
        self._pods += 1
        tag = tag or f"kube.{self._pods}"
        pod = {"namespace_name": namespace, "pod_name": "p", "container_name": "c", "labels": dict(labels or {})}
        record = {"stream": stream, "kubernetes": pod, "log": log, "data": data}
        given = {key: value for key, value in record.items() if value is not None}
        code, _, out = self._lua.globals()[b"shape"](tag.encode(), 1.0, self._table(given))
        assert code == 2
        return self._plain(out)

    def line(self, log: str, **options: Any) -> str:
        """The message that leaves the node."""
        return self.record(log, **options)["message"]

    def _table(self, value: Any) -> Any:
        if isinstance(value, dict):
            fields = cast(dict[str, Any], value).items()
            return self._lua.table_from({key.encode(): self._table(child) for key, child in fields})
        if isinstance(value, list):
            return self._lua.table_from([self._table(item) for item in cast(list[Any], value)])
        return value.encode() if isinstance(value, str) else value

    def _plain(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return value.decode(errors="surrogateescape")
        if self._lua_type(value) == "table":
            return {self._plain(key): self._plain(child) for key, child in value.items()}
        return value
