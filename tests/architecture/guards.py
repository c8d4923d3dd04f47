"""The walls of the house as functions: a tree in, sentences about what breaks a rule out.

Each is shown to catch a planted fault beside the test that runs it on the real tree.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 50
CHARTER_LINES = range(2, 5)

# What a file inside an app may be called: the name says the role (DESIGN, "Inside an app").
FILE_ROLES = frozenset(
    {
        "__init__",
        "access",
        "adapter",
        "addresses",
        "clock",
        "admin",
        "apps",
        "checks",
        "context",
        "contracts",
        "facts",
        "forms",
        "gateways",
    }
    | {"icd10", "management", "middleware", "migrations", "models", "permissions", "purposes", "queries"}
    | {"printing", "roles", "rows", "rules", "services", "sources", "tasks", "templatetags", "urls", "views"}
    | {"data", "ties"}
)
CLOCKS = frozenset({"now", "utcnow", "today", "localtime", "localdate"})
CLOCK_OWNERS = frozenset({"timezone", "datetime", "date", "time"})
ORM_WRITES = frozenset(
    {"save", "delete", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "raw"}
)
IMPURE = ("django.conf", "django.http", "django.shortcuts", "django.utils.timezone", "django.db.transaction")
ROWS = r"clinic\.\w+\.(models|queries|services|views)\b"
# Instruments and standards keep the names that their owners gave them.
QUOTED = re.compile(r"Patient Health Questionnaire|[Ii]n-?patient|[Oo]ut-?patient|Patient/")


def modules(root: Path) -> Iterator[Path]:
    """Python files of a tree but for migrations, which are history."""
    for path in sorted(root.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def role_of(path: Path, root: Path) -> str:
    """The role of a module inside its app: `models` for clinic/plans/models/goal.py."""
    parts = path.relative_to(root).parts
    return parts[1].removesuffix(".py") if len(parts) > 1 else ""


def apps_of(root: Path) -> list[Path]:
    return sorted(folder for folder in root.iterdir() if (folder / "__init__.py").exists())


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def too_long(root: Path) -> list[str]:
    """Modules over 400 lines and functions over 50."""
    found = []
    for path in modules(root):
        lines = len(path.read_text().splitlines())
        if lines > MODULE_LINES:
            found.append(f"{path}: {lines} lines")
        for function in functions(parse(path)):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{path}:{function.lineno} {function.name}: {length} lines")
    return found


def without_charter(root: Path) -> list[str]:
    """Apps whose `__init__` does not say in 2-4 lines what they own and what they do not."""
    found = []
    for app in apps_of(root):
        charter = ast.get_docstring(parse(app / "__init__.py")) or ""
        lines = [line for line in charter.splitlines() if line.strip()]
        if len(lines) not in CHARTER_LINES:
            found.append(f"{app}: a charter of {len(lines)} lines")
    return found


def code_in_init(root: Path) -> list[str]:
    """`__init__` holds a docstring; inside an app's packages it may also gather names by importing them."""
    found = []
    for path in modules(root):
        if path.name != "__init__.py":
            continue
        gathers = len(path.relative_to(root).parts) > 2
        for node in parse(path).body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not (is_text or (gathers and is_gathering(node))):
                found.append(f"{path}:{node.lineno} code in __init__")
    return found


def is_gathering(node: ast.stmt) -> bool:
    """An import, or the list of what is imported."""
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets] == ["__all__"]
    return isinstance(node, ast.ImportFrom)


def unknown_roles(root: Path) -> list[str]:
    """Files and folders of an app whose name is no role."""
    return [
        f"{entry}: no role of an app is called so"
        for app in apps_of(root)
        for entry in sorted(app.iterdir())
        if entry.name != "__pycache__" and entry.name.removesuffix(".py") not in FILE_ROLES
    ]


def orm_in_views(root: Path) -> list[str]:
    """Views that reach into the database instead of asking queries and services."""
    found = []
    for path in modules(root):
        if role_of(path, root) != "views":
            continue
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
                found.append(f"{path}:{node.lineno} .{node.attr}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                updates = node.func.attr == "update" and bool(node.keywords) and not node.args
                if updates or (node.func.attr in ORM_WRITES and not is_a_service(node.func.value)):
                    found.append(f"{path}:{node.lineno} .{node.func.attr}()")
    return found


def is_a_service(node: ast.expr) -> bool:
    """`services.create(...)` and `plan_services.delete(...)` are deeds, not the ORM."""
    return isinstance(node, ast.Name) and node.id.endswith(("services", "session"))


# Shared ways into a page that look themselves at how they are asked.
DOORS = {"read_by_link"}


def reads_open_to_posts(root: Path) -> list[str]:
    """Pages that answer a POST like a GET: neither read-only by `require_safe` nor looking at how they are asked."""
    found = []
    for path in modules(root):
        if role_of(path, root) != "views":
            continue
        for function in functions(parse(path)):
            worn = {ast.unparse(decorator).split("(")[0] for decorator in function.decorator_list}
            is_page = bool(worn & {"requires", "login_not_required"})
            asks = any(
                (isinstance(node, ast.Attribute) and node.attr in {"method", "POST"})
                or (isinstance(node, ast.Name) and node.id in DOORS)
                for node in ast.walk(function)
            )
            if is_page and not asks and not worn & {"require_safe", "require_POST"}:
                found.append(f"{path}:{function.lineno} {function.name}")
    return found


def clocks_below_views(root: Path) -> list[str]:
    """Reads of the clock in rules, models, queries and services: there, time is passed in."""
    timeless = {"rules", "models", "queries", "services"}
    return [
        f"{path}:{node.lineno} {ast.unparse(node)}"
        for path in modules(root)
        if role_of(path, root) in timeless
        for node in clock_reads(parse(path))
    ]


def clock_reads(tree: ast.Module) -> Iterator[ast.Attribute]:
    """`timezone.now` however it is used; the day of an instant is told by the clinic's own clock, `local_day`."""
    for node in ast.walk(tree):
        is_a_clock = isinstance(node, ast.Attribute) and node.attr in CLOCKS
        if is_a_clock and ast.unparse(node.value).split(".")[-1] in CLOCK_OWNERS:
            yield node


def impure_rules(root: Path) -> list[str]:
    """Rules that import the database's rows, settings, the clock or a request."""
    found = []
    for path in modules(root):
        if role_of(path, root) != "rules":
            continue
        for node in ast.walk(parse(path)):
            for name in imported(node):
                if name.startswith(IMPURE) or re.match(r"clinic\.\w+\.(models|queries|services|views)\b", name):
                    found.append(f"{path}:{getattr(node, 'lineno', 0)} imports {name}")
    return found


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def texts_cut_in_silence(root: Path) -> list[str]:
    """Texts of more than a line that are no LongText: the browser would cut what is pasted at their limit."""
    found = []
    for path in modules(root):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "forms.CharField":
                widgets = [ast.unparse(word.value) for word in node.keywords if word.arg == "widget"]
                if any("Textarea" in widget for widget in widgets):
                    found.append(f"{path}:{node.lineno} is no LongText")
    return found


def without_docstring(root: Path) -> list[str]:
    """Models, and public functions of rules and services, that do not say what they are for."""
    found = []
    for path in modules(root):
        role = role_of(path, root)
        for node in parse(path).body:
            is_public = not getattr(node, "name", "_").startswith("_")
            is_model = role == "models" and isinstance(node, ast.ClassDef) and is_a_model(node)
            is_law = role in {"rules", "services"} and isinstance(node, ast.FunctionDef)
            if (is_model or is_law) and is_public and not ast.get_docstring(node):  # type: ignore[arg-type]
                found.append(f"{path}:{node.lineno} {node.name}")  # type: ignore[attr-defined]
    return found


def is_a_model(node: ast.ClassDef) -> bool:
    """A class with fields: QuerySets, managers and database functions explain themselves by their words."""
    return any(
        isinstance(line, ast.Assign | ast.AnnAssign)
        and isinstance(line.value, ast.Call)
        and ast.unparse(line.value.func).endswith(("Field", "ForeignKey"))
        and "output_field" not in ast.unparse(line).split("=")[0]
        for line in node.body
    )


def forbidden_words(templates: Path) -> list[str]:
    """People who come here are clients; the other word stands only in names that others gave."""
    return [
        f"{path}:{number} {line.strip()}"
        for path in sorted(templates.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search("patient", QUOTED.sub("", line), re.IGNORECASE)
    ]


def names_with(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if word in name.lower()]


def sorted_by_relations(root: Path, relations: Iterable[str]) -> list[str]:
    """`order_by("version")` sorts by the ordering of versions, in which those of two plans are mixed: name the key."""
    named = set(relations)
    return [
        f"{path.relative_to(root)}:{call.lineno}: sorts by {key.value}"
        for path in modules(root)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "order_by"
        for key in call.args
        if isinstance(key, ast.Constant) and str(key.value).lstrip("-").rpartition("__")[2] in named
    ]
