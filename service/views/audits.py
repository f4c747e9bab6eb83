"""Audits: an existing network traced, diagnosed and repaired."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from designer.audit import AuditRequest, audit
from service.designs.design_service import current_design_service
from service.designs.formats import document_response
from service.http.blueprint import BODY_CODES, PROOF_CODES, Blueprint
from service.http.representation import JSON, negotiate_media_type
from service.openapi.examples import AUDIT_EXAMPLES
from service.problems.registry import AUDIT_CODES
from service.schemas.audits import AuditRequestSchema, AuditSchema

audits = Blueprint("audits", __name__, description="Audits of existing networks.")


@audits.route("/v1/audits", methods=["POST"])
@audits.arguments(AuditRequestSchema, examples=AUDIT_EXAMPLES)
@audits.response(200, AuditSchema)
@audits.problems(
    *BODY_CODES,
    "contradiction",
    "too_many_elements",
    "not_acceptable",
    *AUDIT_CODES,
    "source_not_run",
    *PROOF_CODES,
)
def create_audit(audit_request: AuditRequest) -> Response:
    """The output of each layer or call, the first that fails, and repairs.

    A source is run in the sandbox, if the service allows it, and its repairs are edits of the text
    that were run. Repairs of layers are checked by the size formulas, and run by torch unless the
    network is too large (`run` says how).
    """
    negotiate_media_type(request, (JSON,))
    if audit_request.source is not None:
        current_design_service().refuse_source(request.host)
    return document_response(audit(audit_request, runner=current_design_service().run))
