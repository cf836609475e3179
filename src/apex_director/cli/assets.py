"""`apex assets`: list, search, show, add, tag, projects, similar, check, cleanup, export, import,
delete, stats.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apex_director.core.errors import InputUnusable

from . import options as o
from .output import answer, errors_reported, say

if TYPE_CHECKING:
    from apex_director.assets import Asset, Library

OTHER_ARCHIVES = frozenset({".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab"})
AssetId = Annotated[str, typer.Argument(help="An asset's id, or its first characters.")]
Text = Annotated[str, typer.Argument(help="Words of its path, name, prompt or tags.")]
Category = Annotated[str, typer.Option(help="images, audio, video, data, documents ...")]
Tag = Annotated[list[str] | None, typer.Option("--tag", help="Any of these; repeat it.")]
Backend = Annotated[str, typer.Option(help="Made by this backend.")]
ProjectId = Annotated[str, typer.Option("--project", help="A project's id.")]
Limit = Annotated[int, typer.Option(help="At most so many; 0: all.")]
group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The library: everything made or brought in, found again.\n\n"
    "Example: apex assets search harbour --tag night",
)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group, name="assets")


def _library(context: typer.Context) -> Library:
    from apex_director.assets import open_library
    from apex_director.config import load_settings

    settings = load_settings(context.obj)
    return open_library(settings.home, settings.sections["assets"])


def _tell(assets: list[Asset], *, as_json: bool, empty: str, of: int = 0) -> None:
    """Show assets, and ``of`` how many they are where that is more."""
    found = max(of, len(assets))
    if as_json:
        answer({"assets": [asset.as_json() for asset in assets], "found": found})
        return
    for asset in assets:
        say(_line(asset))
    if len(assets) < found:
        say(f"{len(assets)} of {found}, --limit for more (0: all)")
    if not assets:
        say(empty)


def _search(library: Library, text: str, limit: int, **wanted: Any) -> tuple[list[Asset], int]:
    """What is found, and how much there would be without the limit."""
    found = library.search(text, limit=limit or None, **wanted)
    ranked = wanted.get("like") or wanted.get("meaning")  # everything is alike, more or less
    if ranked or not limit or len(found) < limit:
        return found, len(found)
    return found, len(library.search(text, limit=None, **wanted))


def _line(asset: Asset) -> str:
    when = asset.created_at[:16].replace("T", " ")
    size = f"{asset.width}x{asset.height}" if asset.width else _size(asset.file_size)
    tags = f"  [{', '.join(asset.tags)}]" if asset.tags else ""
    return f"{asset.id[:8]}  {when}  {asset.category:<9} {size:>10}  {asset.filename}{tags}"


def _size(count: float) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{count / 2**10:.1f} kB"


@group.command("list")
def list_assets(
    context: typer.Context,
    category: Category = "",
    project: ProjectId = "",
    sort: Annotated[
        str, typer.Option(help="newest, oldest, name, largest, best or most_used.")
    ] = "newest",
    limit: Limit = 20,
    as_json: o.Json = False,
) -> None:
    """List assets, newest first.

    Example: apex assets list --category images --sort best
    """
    with errors_reported(as_json=as_json):
        wanted = {"category": category, "project_id": project or None, "sort": sort}
        found, count = _search(_library(context), "", limit, **wanted)
        empty = "Nothing here. Add something: apex assets add FILE"
        _tell(found, as_json=as_json, empty=empty, of=count)


@group.command("search")
def search(
    context: typer.Context,
    text: Text = "",
    category: Category = "",
    tag: Tag = None,
    backend: Backend = "",
    project: ProjectId = "",
    like: Annotated[str, typer.Option(help="An asset's id or a picture: most alike first.")] = "",
    meaning: Annotated[str, typer.Option(help="Nearest in meaning first, where installed.")] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of a field or of metadata; repeat it.")
    ] = None,
    limit: Limit = 20,
    as_json: o.Json = False,
) -> None:
    """Find assets by words, by what is known of them, by look or by meaning.

    Example: apex assets search "harbour dusk" --tag night --backend procedural
    """
    with errors_reported(as_json=as_json):
        conditions = _conditions(where or [])
        if backend:
            conditions["backend_used"] = backend
        found, count = _search(
            _library(context),
            text,
            limit,
            like=like or None,
            meaning=meaning,
            category=category,
            tags=tag or (),
            project_id=project or None,
            fields=conditions,
        )
        _tell(found, as_json=as_json, empty="Nothing found.", of=count)


def _conditions(pairs: list[str]) -> dict[str, Any]:
    """NAME=VALUE pairs; values that read as JSON are such: 3, true, null."""
    import json

    from apex_director.core.errors import ValidationFailed

    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not name or not equals:
            raise ValidationFailed(
                f"'{pair}' is no NAME=VALUE", where="--where", what_to_do="Write take=1."
            )
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = text
    return values


@group.command("show")
def show(context: typer.Context, asset_id: AssetId, as_json: o.Json = False) -> None:
    """Show one asset: what is known of it, where it is used, what it was made from.

    Example: apex assets show 3f2a9c
    """
    with errors_reported(as_json=as_json):
        library = _library(context)
        asset = library.get_asset(asset_id)
        uses = library.uses(asset.id)
        chain = {
            "variants": [one.id for one in library.variants(asset.id)],
            "lineage": [one.id for one in library.lineage(asset.id)],
        }
        if as_json:
            told = [vars(use) for use in uses]
            answer({**asset.as_json(), "uses": told, **chain})
            return
        for name, value in asset.as_json().items():
            if value not in (None, "", [], {}):
                say(f"{name:<18}{value}")
        for use in uses:
            say(f"used by           job {use.job_id} {use.place}".rstrip())
        for name, ids in chain.items():
            if ids:
                say(f"{name:<18}{', '.join(ids)}")


@group.command("add")
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files to keep.")],
    category: Category = "",
    tag: Tag = None,
    project: ProjectId = "",
    licence: Annotated[str, typer.Option(help="Under what terms it may be used.")] = "",
    prompt: Annotated[str, typer.Option(help="What it shows, in words.")] = "",
    as_json: o.Json = False,
) -> None:
    """Keep files in the library; the same bytes are kept once.

    Example: apex assets add lead_face.png --tag cast --licence CC0-1.0
    """
    with errors_reported(as_json=as_json):
        from apex_director.assets import NewAsset

        kept = _library(context).add_many(
            NewAsset(
                content=path,
                filename=path.name,
                category=category,
                tags=tag or (),
                project_id=project or None,
                licence=licence,
                prompt=prompt,
            )
            for path in files
        )
        _tell(kept, as_json=as_json, empty="Nothing was given.")


@group.command("tag")
def tag_asset(
    context: typer.Context,
    asset_id: AssetId,
    add: Annotated[list[str] | None, typer.Option(help="A tag to add; repeat it.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to take away.")] = None,
    note: Annotated[str | None, typer.Option(help="A note; empty text removes it.")] = None,
    rating: Annotated[int | None, typer.Option(min=0, max=5, help="0 to 5 stars.")] = None,
    favourite: Annotated[bool | None, typer.Option("--favourite/--no-favourite")] = None,
    as_json: o.Json = False,
) -> None:
    """Add and remove tags, a note, a rating, a favourite's mark.

    Example: apex assets tag 3f2a9c --add night --rating 5 --favourite
    """
    with errors_reported(as_json=as_json):
        given = {"note": note, "rating": rating, "favourite": favourite}
        metadata = {k: v or None if k == "note" else v for k, v in given.items() if v is not None}
        changed = _library(context).change(
            asset_id, add_tags=add or (), remove_tags=remove or (), metadata=metadata
        )
        _tell([changed], as_json=as_json, empty="")


@group.command("projects")
def projects(
    context: typer.Context,
    create: Annotated[str, typer.Option(help="Begin a project of this name.")] = "",
    description: Annotated[str, typer.Option(help="What it is about.")] = "",
    delete: Annotated[str, typer.Option(help="Remove the project of this id.")] = "",
    with_assets: Annotated[bool, typer.Option("--with-assets", help="Its assets too.")] = False,
    as_json: o.Json = False,
) -> None:
    """List projects, begin one or remove one.

    Example: apex assets projects --create "Harbour film"
    """
    with errors_reported(as_json=as_json):
        library = _library(context)
        if create:
            library.create_project(create, description)
        if delete:
            library.delete_project(delete, with_assets=with_assets)
        found = library.projects()
        if as_json:
            answer({"projects": [one.as_json() for one in found]})
            return
        for one in found:
            say(f"{one.id}  {one.assets:6d} assets  {one.name}")
        if not found:
            say('No projects yet. Begin one: apex assets projects --create "Harbour film"')


@group.command("similar")
def similar(
    context: typer.Context,
    picture: Annotated[str, typer.Argument(help="An asset's id, or a picture.")],
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Only copies of the same picture.")
    ] = False,
    limit: Limit = 10,
    as_json: o.Json = False,
) -> None:
    """Find pictures that look alike, nearest first.

    Example: apex assets similar reference.jpg --limit 5
    """
    with errors_reported(as_json=as_json):
        library = _library(context)
        if duplicates:
            found = library.near_duplicates(picture)[: limit or None]
        else:
            found = library.similar(picture, limit=limit or None)
        if as_json:
            rows = [{"distance": m.distance, "asset": m.asset.as_json()} for m in found]
            answer({"matches": rows})
            return
        for match in found:
            say(f"{match.distance:5.3f}  {_line(match.asset)}")
        if not found:
            say("Nothing alike.")


@group.command("check")
def check(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Sizes only; read nothing.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    as_json: o.Json = False,
) -> None:
    """Look whether every asset's bytes are there and are what they were.

    Example: apex assets check --repair
    """
    with errors_reported(as_json=as_json):
        found = _library(context).check(deep=not quick, repair=repair)
        if as_json:
            answer(found.as_json())
        else:
            for one in (*found.missing, *found.damaged, *found.unlinked):
                say(f"{one['id'][:8]:<8}  {one['path']}  {one['what']}")
            for one in found.repaired:
                say(f"{one['id'][:8]:<8}  {one['path']}  {one['what']}; mended")
            say(f"{found.checked} looked at: {'all is well' if found.sound else 'see above'}.")
        if not found.sound:
            raise typer.Exit(1)


@group.command("cleanup")
def cleanup(
    context: typer.Context,
    apply: Annotated[bool, typer.Option("--apply", help="Remove them; else only shown.")] = False,
    as_json: o.Json = False,
) -> None:
    """Show, and with --apply remove, files nobody names and records without bytes.

    Example: apex assets cleanup --apply
    """
    with errors_reported(as_json=as_json):
        found = _library(context).cleanup_orphans(dry_run=not apply)
        if as_json:
            answer(found.as_json())
            return
        for name in found.files:
            say(f"no record  {name}")
        for name in found.records:
            say(f"no bytes   {name}")
        for name in found.in_use:
            say(f"no bytes   {name}, kept because it is in use")
        if apply:
            say(f"{found.removed_files} files and {found.removed_records} records removed.")
        elif found.files or found.records:
            say(f"{_size(found.bytes)} could be freed: apex assets cleanup --apply")
        else:
            say("Nothing to clean up.")


@group.command("export")
def export(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="A new folder, or a zip.")],
    text: Annotated[str, typer.Option("--search", help="Only what these words find.")] = "",
    tag: Tag = None,
    project: ProjectId = "",
    asset: Annotated[list[str] | None, typer.Option("--asset", help="This id; repeat it.")] = None,
    as_json: o.Json = False,
) -> None:
    """Copy assets with a manifest of hashes, provenance and licences.

    Example: apex assets export harbour.zip --project harbour-film-1a2b3c4d
    """
    with errors_reported(as_json=as_json):
        _check_target(target)
        library = _library(context)
        chosen: list[Any] = list(asset or [])
        if not chosen:
            chosen = list(
                library.search(
                    text, tags=tag or (), project_id=project or None, limit=None, sort="oldest"
                )
            )
        if not chosen:
            raise InputUnusable(
                "nothing in the library is meant by that",
                where="export",
                what_to_do="See what there is with: apex assets search",
            )
        made = library.export(chosen, target)
        if as_json:
            answer({"path": str(made), "assets": len(chosen)})
            return
        say(f"{len(chosen)} assets in {made}")


def _check_target(target: Path) -> None:
    """Refuse archives of kinds that are not written."""
    from apex_director.core.errors import ValidationFailed

    if target.suffix.lower() in OTHER_ARCHIVES:
        raise ValidationFailed(
            f"'{target.suffix}' archives are not written",
            where=str(target),
            what_to_do="Name a new folder, or a .zip.",
        )


@group.command("import")
def bring_in(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A folder or zip made by export.")],
    project: ProjectId = "",
    as_json: o.Json = False,
) -> None:
    """Take in an export of another library, checked by its hashes.

    Example: apex assets import harbour.zip
    """
    with errors_reported(as_json=as_json):
        brought = _library(context).import_manifest(source, project_id=project or None)
        _tell(brought, as_json=as_json, empty="There was nothing in it.")


@group.command("delete")
def delete(
    context: typer.Context,
    asset_id: AssetId,
    force: Annotated[bool, typer.Option("--force", help="Even if something needs it.")] = False,
    as_json: o.Json = False,
) -> None:
    """Remove an asset, and its bytes when nothing else needs them.

    Example: apex assets delete 3f2a9c
    """
    with errors_reported(as_json=as_json):
        library = _library(context)
        asset = library.get_asset(asset_id)
        library.delete(asset.id, force=force)
        if as_json:
            answer({"id": asset.id, "deleted": True})
            return
        say(f"{asset.filename} is removed.")


@group.command("stats")
def stats(context: typer.Context, as_json: o.Json = False) -> None:
    """Show how much the library holds.

    Example: apex assets stats
    """
    with errors_reported(as_json=as_json):
        found = _library(context).stats()
        if as_json:
            answer(found)
            return
        say(f"{found['total_files']} assets, {found['total_size_mb']:.1f} MB")
        say(f"{found['duplicates_avoided']} times the same bytes were not kept again")
        for title, name in (("by category", "by_category"), ("by backend", "by_backend")):
            for key, row in found[name].items():
                say(f"{title:<12} {key:<16} {row['files']:7d}  {row['size_mb']:.1f} MB")
