"""The routes of the API reference's page "Projects". There is one project here: everything belongs to it."""

import uuid
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.chat.paging import page_of
from tui.local.http.operations import Handler
from tui.local.http.requests import not_found, page_json, read_query
from tui.local.http.schemas import PageQuery, ScopeQuery

PROJECT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "llamachat-tui/local-project"))
ORGANIZATION_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "llamachat-tui/local-organization"))
PROJECT_NAME = "Default"
"""What LlamaCloud calls the first project of an organization; LlamaIndex asks for it where no other is named."""
PROJECT: Mapping[str, object] = {
    "id": PROJECT_ID,
    "name": PROJECT_NAME,
    "organization_id": ORGANIZATION_ID,
    "is_default": True,
}


class ProjectRoutes:
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "listProjects": self.list_projects,
            "getProject": self.get_project,
            "pageProjects": self.page_projects,
            "getProjectV2": self.get_project,
        }

    def list_projects(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return JSONResponse([PROJECT] if _has_name(request, "project_name") else [])

    def page_projects(self, request: Request) -> Response:
        query = read_query(request, PageQuery)
        projects = {PROJECT_ID: PROJECT} if _has_name(request, "name") else {}
        return JSONResponse(page_json(page_of(projects, query.size, query.page_token), dict))

    def get_project(self, request: Request) -> Response:
        if request.path_params["project_id"] != PROJECT_ID:
            raise not_found(f"Project {request.path_params['project_id']}")
        return JSONResponse(PROJECT)


def _has_name(request: Request, parameter: str) -> bool:
    """Whether the name that is asked for, if any, is the project's."""
    return request.query_params.get(parameter) in (None, "", PROJECT_NAME)
