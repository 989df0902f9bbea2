"""What one API process works with, made once at its start."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.client import Client

from api.core.auth import FormTokens, Hashing
from api.core.engine import Engine
from api.core.event_stream import EventBroadcaster
from api.core.intents import Intents
from api.core.jobs import JobRunner
from api.core.read_your_writes import RevisionWaiter
from api.core.workflow_client import WorkflowClient
from infra.database.engine import Database, open_database
from infra.files.scanning import Scanner
from infra.files.store import FileStore
from infra.health.monitor import Health
from infra.read_model.reporting.kept_figures import KeptFigures
from infra.records.access_log.log import AccessLog
from infra.records.actors import Actors
from infra.records.calendars.editions import Calendars
from infra.records.learning.aliases import PlaceAliases
from infra.records.learning.editions import LearnedEditions
from infra.records.people import DirectoryCache
from infra.records.quotas.exports import ExportQuota
from infra.records.quotas.searches import SearchQuota
from infra.records.signing_in.sessions import Sessions
from infra.records.signing_in.tries import SignInLimit
from infra.runtime.admission import Admission
from infra.runtime.background import Background
from infra.runtime.crypto import load_keys
from infra.runtime.identity import Identity
from infra.runtime.places import Places
from infra.runtime.policy_files import Policy, read_policy
from infra.runtime.process_metrics import ProcessMetrics
from infra.runtime.settings import Settings
from infra.single_sign_on.provider import Provider
from infra.temporal.client import connect

INTAKE_AT_ONCE = 16
"""Reports at work at once, in all API processes together: more keep the database's one writer, and each other, waiting
without any getting done.
"""
INTAKE_WAITING = 200
INTAKE_PATIENCE = 8.0
"""Seconds that a report may wait for its turn; then it is refused before anything is recorded."""

OUTLOOKS_WAITING = 8
"""Looks ahead that may wait for the one that is being worked out, in one API process."""


@dataclass(frozen=True)
class Services:
    """Settings, database, engine and the policy read from `playbooks/`."""

    settings: Settings
    database: Database
    engine: Engine
    client: Client
    """Temporal's, for histories and operators; services send through `engine`"""
    files: FileStore
    scanner: Scanner | None
    """of what is uploaded, where there is one"""
    forms: FormTokens
    sessions: Sessions
    sign_ins: SignInLimit
    hashing: Hashing
    provider: Provider | None
    """by which people may sign in beside passwords"""
    policy: Policy
    directory: DirectoryCache
    actors: Actors
    access: AccessLog
    revisions: RevisionWaiter
    intents: Intents
    broadcaster: EventBroadcaster
    jobs: JobRunner
    background: Background
    health: Health
    metrics: ProcessMetrics
    searches: SearchQuota
    exports: ExportQuota
    places: Places
    """what is counted across the API processes of this machine"""
    intake: Admission
    outlooks: Admission
    """looks ahead: each is a replay, and they wait for each other"""
    calendars: Calendars
    learned: LearnedEditions
    aliases: PlaceAliases
    figures: KeptFigures


async def open_services(settings: Settings, name: str = "api") -> Services:
    """Opens everything, for the API process of a name.

    Raises:
        PolicyInvalid: a policy file can't be used; names file and line.
    """
    client, places = await connect(settings, lazy=True), Places(settings.run_dir / "places")
    return assemble(
        settings,
        policy=read_policy(settings.playbook),
        database=open_database(settings),
        client=client,
        engine=WorkflowClient(client, settings, places),
        places=places,
        name=name,
    )


def assemble(
    settings: Settings,
    *,
    policy: Policy,
    database: Database,
    client: Client,
    engine: Engine,
    places: Places,
    name: str = "api",
) -> Services:
    """The services over a database and an engine, whichever they are."""
    access, background, identity = AccessLog(database), Background(), Identity("api", name)
    forms = FormTokens(settings.key_file)
    sessions = Sessions(database, settings.sign_in_lasting)
    return Services(
        settings=settings,
        database=database,
        engine=engine,
        client=client,
        directory=DirectoryCache(database),
        actors=Actors(database),
        access=access,
        background=background,
        health=Health(settings, client, database, access, background, identity),
        metrics=ProcessMetrics(settings.run_dir, identity),
        revisions=RevisionWaiter(database, settings.publish_wait_seconds),
        intents=Intents(database, engine),
        broadcaster=EventBroadcaster(database, sessions),
        jobs=JobRunner(settings, database),
        intake=Admission(
            inside=_share(settings, INTAKE_AT_ONCE), waiting=_share(settings, INTAKE_WAITING), patience=INTAKE_PATIENCE
        ),
        outlooks=Admission(inside=1, waiting=OUTLOOKS_WAITING, patience=INTAKE_PATIENCE),
        exports=ExportQuota(database, access, settings.exports_hour),
        searches=SearchQuota(settings.searches_minute),
        places=places,
        calendars=Calendars(database, policy.calendar),
        learned=LearnedEditions(database),
        aliases=PlaceAliases(database),
        figures=KeptFigures(database),
        scanner=Scanner(settings.clamd, settings.clamd_seconds) if settings.clamd else None,
        files=FileStore(
            settings.attachments_dir,
            load_keys(settings.key_file),
            settings.max_attachment_mb * 2**20,
            settings.max_video_mb * 2**20,
        ),
        forms=forms,
        sessions=sessions,
        sign_ins=SignInLimit(database, forms.secret),
        hashing=Hashing(settings.password_memory_mb, settings.password_passes),
        policy=policy,
        provider=_provider(settings),
    )


def _provider(settings: Settings) -> Provider | None:
    if not (settings.oidc_issuer and settings.oidc_client_id):
        return None
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_secret_file, settings.oidc_claim)


def _share(settings: Settings, of_all: int) -> int:
    """One API process's share of what all together may."""
    return max(1, of_all // settings.api_processes)
