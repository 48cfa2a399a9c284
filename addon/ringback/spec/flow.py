"""A flow of the specification as values: who sends which stanza to whom, step by step."""

from __future__ import annotations

from dataclasses import dataclass

SERVER = "server"
"""Id of the participant that no client is. Source: wacrg spec/flows, all four files (commit 0114515)."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One step."""

    number: int
    """Place among the steps, from 1."""
    sender: str
    """Id of a participant."""
    receiver: str
    stanza: str | None
    """Id of the stanza file of what is sent; None for what is no stanza, such as media."""
    label: str
    confidence: str
    note: str
    line: int
    """Line in the file, from 1."""

    @property
    def path(self) -> str:
        """How findings name it within its file: `steps/3`."""
        return f"steps/{self.number}"


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """One flow file."""

    id: str
    title: str
    status: str
    spec_version: str
    summary: str
    participants: tuple[Participant, ...]
    """In the order of the file, which is that of the lanes of a diagram."""
    steps: tuple[FlowStep, ...]
    """In the order in which they are expected."""
    open_questions: tuple[str, ...]
    file: str
    """Name of the file without its folder."""
