"""Projects: named groups of assets, each with a folder of its own and a manifest."""

from __future__ import annotations

import uuid
from pathlib import Path

import sqlalchemy as sa

from apex_director.core.errors import ValidationFailed
from apex_director.db.engine import transaction
from apex_director.db.tables.library import assets, projects
from apex_director.media.disk import unwritable, write_json_atomic

from . import records, sql
from .model import Project
from .names import slug
from .store import Store


def create(home: Path, name: str, description: str = "") -> Project:
    """Begin a project: its record, its folder, its manifest.

    Raises
    ------
    ValidationFailed
        The name is empty or longer than 200 characters.
    StorageError, OutputUnwritable
        It cannot be kept.
    """
    shown = " ".join(str(name).replace("\0", " ").split())
    if not shown or len(shown) > 200:
        raise ValidationFailed(
            "a project has a name of 1 to 200 characters", where="name", what_to_do="Give one."
        )
    project = Project(
        id=f"{slug(shown)}-{uuid.uuid4().hex[:8]}",
        name=shown,
        description=description,
        created_at=sql.now(),
    )
    folder = home / "projects" / project.id / "assets"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error, folder) from error
    facts = {k: v for k, v in project.as_json().items() if k != "assets"}
    write_json_atomic(_manifest(home, project.id), facts)
    with transaction(home) as connection:
        connection.execute(projects.insert().values(**facts))
    return project


def listed(home: Path) -> list[Project]:
    """All projects, oldest first, with how many assets each has."""
    counted = (
        sa.select(assets.c.project_id, sa.func.count().label("held"))
        .group_by(assets.c.project_id)
        .subquery()
    )
    query = (
        sa.select(projects, sa.func.coalesce(counted.c.held, 0).label("held"))
        .outerjoin(counted, counted.c.project_id == projects.c.id)
        .order_by(projects.c.created_at, projects.c.id)
    )
    with sql.reading(home) as connection:
        return [
            Project(
                id=row.id,
                name=row.name,
                description=row.description,
                created_at=row.created_at,
                assets=int(row.held),
            )
            for row in connection.execute(query)
        ]


def delete(home: Path, store: Store, project_id: str, *, with_assets: bool = False) -> int:
    """Remove a project; how many assets went with it.

    Raises
    ------
    ValidationFailed
        There is none of that id.
    AssetInUse
        It has assets and nobody said that they may go, or a job needs one.
    """
    if project_id not in {one.id for one in listed(home)}:
        raise ValidationFailed(
            "there is no project of that id",
            where=project_id[:80],
            what_to_do="See what there is with: apex assets projects",
        )
    query = sa.select(assets.c.id).where(assets.c.project_id == project_id)
    with sql.reading(home) as connection:
        # Variants first: what they were made from is then needed no longer.
        members = list(connection.scalars(query.order_by(assets.c.seq.desc())))
    if members and not with_assets:
        raise records.AssetInUse(
            f"the project has {len(members)} assets",
            where=project_id,
            what_to_do="Let them go too with: apex assets projects --delete ID --with-assets",
        )
    for asset_id in members:
        records.delete(home, store, asset_id)
    with transaction(home) as connection:
        connection.execute(projects.delete().where(projects.c.id == project_id))
    _manifest(home, project_id).unlink(missing_ok=True)
    for folder in (home / "projects" / project_id / "assets", home / "projects" / project_id):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return len(members)


def _manifest(home: Path, project_id: str) -> Path:
    return home / "assets" / "projects" / f"{project_id}.json"
