"""SpiffWorkflow: a BPMN process a case. It interprets and keeps nothing: the bench stores what it serialises.

A decision loads the case from its row, completes the user task, runs what follows and writes the row, in one
transaction of SQLite; state and visible row are one.
"""

from __future__ import annotations

import sqlite3
import threading
from io import BytesIO

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="bench" targetNamespace="bench">
  <process id="case" isExecutable="true">
    <startEvent id="start"><outgoing>to_first</outgoing></startEvent>
    <exclusiveGateway id="again">
      <incoming>to_first</incoming><incoming>more</incoming><outgoing>to_task</outgoing>
    </exclusiveGateway>
    <userTask id="decide" name="decide"><incoming>to_task</incoming><outgoing>decided</outgoing></userTask>
    <exclusiveGateway id="enough" default="more">
      <incoming>decided</incoming><outgoing>more</outgoing><outgoing>over</outgoing>
    </exclusiveGateway>
    <endEvent id="end"><incoming>over</incoming></endEvent>
    <sequenceFlow id="to_first" sourceRef="start" targetRef="again"/>
    <sequenceFlow id="to_task" sourceRef="again" targetRef="decide"/>
    <sequenceFlow id="decided" sourceRef="decide" targetRef="enough"/>
    <sequenceFlow id="more" sourceRef="enough" targetRef="again"/>
    <sequenceFlow id="over" sourceRef="enough" targetRef="end">
      <conditionExpression>revision &gt;= decisions</conditionExpression>
    </sequenceFlow>
  </process>
</definitions>
"""
TABLE = "CREATE TABLE visible (case_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, outcome TEXT NOT NULL, state TEXT)"


class SpiffCases:
    """Cases as rows with a serialised workflow."""

    def __init__(self, database: str) -> None:
        self._database, self._own = database, threading.local()
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.parse(BytesIO(PROCESS)))
        self._spec = parser.get_spec("case")
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self._writing = threading.Lock()
        """SQLite has one writer: who waits here does not wait on its lock with pauses"""
        connection = self._connection()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(TABLE)

    def open(self, case_id: str, decisions: int) -> None:
        """Runs a new process to its first user task, and stores it."""
        workflow = BpmnWorkflow(self._spec)
        workflow.data.update(decisions=decisions)
        workflow.task_tree.data.update(decisions=decisions, revision=0)
        workflow.do_engine_steps()
        row = (case_id, 0, "", self._serializer.serialize_json(workflow))
        with self._writing:
            self._connection().execute("INSERT INTO visible VALUES (?, ?, ?, ?)", row)

    def decide(self, case_id: str, seen: int, outcome: str) -> None:
        """Completes the user task that is ready; refused where the case has gone on."""
        with self._writing:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = connection.execute("SELECT revision, state FROM visible WHERE case_id = ?", (case_id,))
                revision, state = found.fetchone()
                if revision != seen:
                    raise ValueError("stale")
                workflow = self._serializer.deserialize_json(state)
                [task] = workflow.get_tasks(state=TaskState.READY, manual=True)
                task.data.update(revision=revision + 1, outcome=outcome)
                task.run()
                workflow.do_engine_steps()
                row = (revision + 1, outcome, self._serializer.serialize_json(workflow), case_id)
                connection.execute("UPDATE visible SET revision = ?, outcome = ?, state = ? WHERE case_id = ?", row)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._own, "connection"):
            self._own.connection = sqlite3.connect(self._database, isolation_level=None, timeout=60)
            self._own.connection.execute("PRAGMA synchronous = NORMAL")
        connection: sqlite3.Connection = self._own.connection
        return connection


def open_cases(database: str) -> SpiffCases:
    """In a new SQLite file."""
    return SpiffCases(database)
