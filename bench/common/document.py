"""A result as it stands in docs/results: its JSON, and a page with the table, what it was measured on and how."""
import json


def write_result(folder, task, title, report, table, corpora, method):
    """`corpora`: pairs of how a corpus is called here and what describe_corpus() says of it; `method`: a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{task}.json").write_text(json.dumps(report, indent=2) + "\n")
    named = []
    for name, corpus in corpora:
        version = f" {corpus['version']}" if "version" in corpus else ""
        named.append(f"- {name}{version}, contents `{corpus['content_sha256'][:16]}`")
    machine = report["machine"]
    text = "\n".join([
        f"# {title}", "",
        f"`make bench TASK={task} SIZE={report['size']}`, {report['date']}. All figures: [{task}.json]({task}.json).", "",
        "```", "\n".join(table).strip("\n"), "```", "",
        "## What was measured on", "", *named,
        f"- Machine: {machine['cores']} × {machine['cpu']}, {machine['memory_gb']} GB, Linux {machine['kernel']}; load "
        f"{machine['load_before']} before, {machine['load_after']} after.",
        f"- {report['copse']}, tree-sitter core 0.25.10, grammars as in `package-lock.json`.", "",
        method.read_text().strip()])
    (folder / f"{task}.md").write_text(text + "\n")
