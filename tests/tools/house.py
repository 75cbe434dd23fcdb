"""The structure of the Python code: modules, imports between them, floors and circles.

`python -m tests.tools.house [FOLDER]` prints it for the checkout that FOLDER is, by default this one. A module stands
one floor above the highest module that it imports. Imports for types alone count as well; those of a package's
`__init__` do not, because a package's face imports what it shows.
"""

import ast
import sys
from pathlib import Path

ROOTS = {"sdk": "clients/python", "services": "services"}


def modules(root):
    """The modules under a root by their full names, without generated ones and templates."""
    paths = {}
    for path in sorted(root.rglob("*.py")):
        if not {"v1", "templates"} & set(path.parts) and not path.name.endswith("_pb2.py"):
            parts = path.relative_to(root).with_suffix("").parts
            paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return paths


def imports(paths):
    """For each module those of the others that it imports; a name that a package hands on counts as the package."""
    arrows = {}
    for name, path in paths.items():
        targets = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                full = {f"{node.module}.{alias.name}" for alias in node.names}
                targets |= {one if one in paths else node.module for one in full}
        arrows[name] = {target for target in targets if target in paths and target != name}
    return arrows


def circles(arrows):
    """Groups of modules that import each other, directly or not (Tarjan's strongly connected components)."""
    index, low, stack, found = {}, {}, [], []

    def visit(name):
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in arrows[name]:
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            group = []
            while not group or group[-1] != name:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(arrows):
        if name not in index:
            visit(name)
    return found


def floors(arrows):
    """How many floors there are; modules in a circle count as one floor."""
    heights = {}

    def height(name, below=()):
        if name not in heights:
            lower = [height(target, (*below, name)) for target in arrows[name] if target not in below]
            heights[name] = 1 + max(lower, default=0)
        return heights[name]

    return max(map(height, sorted(arrows)), default=0)


def without_faces(arrows, paths):
    """The arrows, without those of each package's `__init__` and those to an `__init__` of a package of one's own."""
    faces = {name for name, path in paths.items() if path.name == "__init__.py"}
    return {
        name: {target for target in targets if not (target in faces and f"{name}.".startswith(f"{target}."))}
        for name, targets in arrows.items()
        if name not in faces
    } | {name: set() for name in faces}


def measure(folder):
    """For each root: modules, arrows, floors and circles."""
    result = {}
    for title, root in ROOTS.items():
        paths = modules(folder / root)
        arrows = without_faces(imports(paths), paths)
        result[title] = {
            "modules": len(paths),
            "arrows": sum(map(len, arrows.values())),
            "floors": floors(arrows),
            "circles": circles(arrows),
        }
    return result


if __name__ == "__main__":
    for title, figures in measure(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2])).items():
        circle_count = len(figures["circles"])
        print(
            f"{title}: {figures['modules']} modules, {figures['arrows']} arrows, {figures['floors']} floors, "
            f"{circle_count} circles"
        )
        for circle in figures["circles"]:
            print("  " + ", ".join(circle))
