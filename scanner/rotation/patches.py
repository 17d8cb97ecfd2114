"""Patches of overlays: strategic merges and JSON 6902 operations over ``tree`` nodes.

Merge keys are those of the Kubernetes API's PodSpec (``patchMergeKey`` in k8s.io/api/core/v1/types.go); other
lists are replaced, as Kubernetes does for custom resources.
"""

from __future__ import annotations

from scanner.rotation.tree import Leaf, Row, Table, Tree, rows, text

_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "volumes": "name",
    "imagePullSecrets": "name",
    "volumeMounts": "mountPath",
}


def merge(base: Tree, patch: Tree, key: str = "") -> Tree:
    """``patch`` laid over ``base``. ``key`` is the name under which both stand."""
    if isinstance(base, Table) and isinstance(patch, Table):
        if text(patch, "$patch") == "replace":
            return Table({name: item for name, item in patch.items.items() if name != "$patch"}, patch.place)
        return _merge_tables(base, patch)
    if isinstance(base, Row) and isinstance(patch, Row) and key in _MERGE_KEYS:
        return _merge_rows(base, patch, _MERGE_KEYS[key])
    return patch


def _merge_tables(base: Table, patch: Table) -> Table:
    merged = dict(base.items)
    for name, item in patch.items.items():
        if isinstance(item, Leaf) and item.text == "":
            merged.pop(name, None)  # null deletes; an empty string would be no use to us either
        elif isinstance(item, Table) and text(item, "$patch") == "delete":
            merged.pop(name, None)
        else:
            merged[name] = merge(merged[name], item, name) if name in merged else item
    return Table(merged, base.place)


def _merge_rows(base: Row, patch: Row, merge_key: str) -> Row:
    merged: dict[str, Tree] = {}
    loose: list[Tree] = []
    for item in base.items:
        name = text(item, merge_key)
        if name:
            merged[name] = item
        else:
            loose.append(item)
    for item in patch.items:
        name = text(item, merge_key)
        if text(item, "$patch") == "delete":
            merged.pop(name, None)
        elif not name:
            loose.append(item)
        else:
            merged[name] = merge(merged[name], item) if name in merged else item
    return Row((*merged.values(), *loose), base.place)


def apply_operations(base: Tree, operations: Tree) -> Tree:
    """JSON 6902 ``add``, ``replace`` and ``remove`` in order; operations that do not fit are passed over."""
    for operation in rows(operations):
        path = [part.replace("~1", "/").replace("~0", "~") for part in text(operation, "path").split("/")[1:]]
        kind = text(operation, "op")
        value = operation.items.get("value") if isinstance(operation, Table) else None
        if path and kind in ("add", "replace") and value is not None:
            base = _put(base, path, value, insert=kind == "add")
        elif path and kind == "remove":
            base = _put(base, path, None, insert=False)
    return base


def _put(node: Tree, path: list[str], value: Tree | None, *, insert: bool) -> Tree:
    head, rest = path[0], path[1:]
    if isinstance(node, Table):
        items = dict(node.items)
        if rest:
            if head in items:
                items[head] = _put(items[head], rest, value, insert=insert)
        elif value is None:
            items.pop(head, None)
        else:
            items[head] = value
        return Table(items, node.place)
    if isinstance(node, Row):
        return _put_row(node, path, value, insert=insert)
    return node


def _put_row(node: Row, path: list[str], value: Tree | None, *, insert: bool) -> Row:
    head, rest = path[0], path[1:]
    members = list(node.items)
    if head == "-" and not rest and value is not None:
        return Row((*members, value), node.place)
    if not head.isdecimal() or int(head) > len(members):
        return node
    index = int(head)
    if rest and index < len(members):
        members[index] = _put(members[index], rest, value, insert=insert)
    elif not rest and value is None:
        del members[index : index + 1]
    elif not rest and value is not None and (insert or index == len(members)):
        members.insert(index, value)
    elif not rest and value is not None:
        members[index] = value
    return Row(tuple(members), node.place)
