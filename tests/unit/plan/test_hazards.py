"""Which operations may end a credential, a session, an account, the server or its data."""

from __future__ import annotations

import pytest

from apicheck.model.operation import Operation
from apicheck.plan.hazards import Harm, find_hazard

S, C, A, V, D = Harm.SESSION, Harm.CREDENTIAL, Harm.ACCOUNT, Harm.SERVER, Harm.DATA

DANGEROUS = [
    ("POST", "/logout", "", "", S),
    ("GET", "/logout", "logoutUser", "", S),
    ("POST", "/logout/all", "logout_all", "", S),
    ("POST", "/users/log-out", "usersLogOut", "", S),
    ("POST", "/auth/x", "AuthController_signOut", "", S),
    ("POST", "/x", "x", "Sign the user out", S),
    ("POST", "/x", "x", "Logs out current logged in user session", S),
    ("GET", "/auth/logoff", "logoff", "", S),
    ("POST", "/auth/session/end", "a", "", S),
    ("DELETE", "/session", "destroy", "", S),
    ("DELETE", "/sessions/current", "x", "", S),
    ("POST", "/sessions/terminate", "x", "", S),
    ("DELETE", "/auth/login", "x", "", S),
    ("POST", "/api/current-user/reset-token/", "api_current_user_reset_token_create", "", C),
    ("POST", "/v1/tokens/current/revoke", "x", "", C),
    ("POST", "/oauth/revoke_token", "x", "", C),
    ("POST", "/x", "revokeApiKey", "", C),
    ("POST", "/api/token/blacklist/", "x", "", C),
    ("POST", "/api-keys/{id}/rotate", "x", "", C),
    ("POST", "/x", "rotate_secret", "", C),
    ("POST", "/x", "regenerateAccessToken", "", C),
    ("POST", "/x", "reset_token_api_v1_users_me_reset_token_post", "", C),
    ("POST", "/auth/token/refresh", "x", "", C),
    ("POST", "/x", "x", "Rotates the signing key", C),
    ("POST", "/x", "x", "Regenerate your personal access token", C),
    ("DELETE", "/access_token", "x", "", C),
    ("DELETE", "/tokens/current", "x", "", C),
    ("DELETE", "/credentials", "x", "", C),
    ("PUT", "/me/password", "x", "", C),
    ("POST", "/account/password", "x", "", C),
    ("PATCH", "/users/{id}/password", "x", "", C),
    ("POST", "/x", "changePassword", "", C),
    ("POST", "/password/reset", "x", "", C),
    ("POST", "/x", "setUserPassword", "", C),
    ("POST", "/me/2fa/disable", "x", "", C),
    ("POST", "/_matrix/client/v3/account/deactivate", "deactivateAccount", "", A),
    ("DELETE", "/me", "x", "", A),
    ("DELETE", "/users/me", "users_me_destroy", "", A),
    ("DELETE", "/users/current", "x", "", A),
    ("DELETE", "/user", "x", "", A),
    ("DELETE", "/v2/account", "x", "", A),
    ("POST", "/x", "closeAccount", "", A),
    ("POST", "/x", "deleteMyAccount", "", A),
    ("POST", "/x", "x", "Delete the authenticated user", A),
    ("POST", "/users/{id}/deactivate", "x", "", A),
    ("POST", "/organization/leave", "leaveOrganization", "", A),
    ("POST", "/x", "leave_team", "", A),
    ("POST", "/shutdown", "post-shutdown", "", V),
    ("POST", "/hub/api/shutdown", "x", "", V),
    ("POST", "/x", "x", "Shut down the server", V),
    ("GET", "/admin/restart", "x", "", V),
    ("POST", "/-/reload", "x", "", V),
    ("POST", "/-/quit", "x", "", V),
    ("POST", "/actuator/restart", "x", "", V),
    ("POST", "/x", "restartServer", "", V),
    ("POST", "/system/reboot", "x", "", V),
    ("POST", "/x", "stopInstance", "", V),
    ("PUT", "/maintenance", "setMode", "", V),
    ("POST", "/x", "enableMaintenanceMode", "", V),
    ("POST", "/admin/purge", "x", "", D),
    ("POST", "/x", "purgeQueue", "", D),
    ("POST", "/x", "flushAll", "", D),
    ("POST", "/x", "wipeData", "", D),
    ("POST", "/flows/bulk_delete", "x", "", D),
    ("POST", "/x", "bulkDeleteUsers", "", D),
    ("DELETE", "/x/{id}", "deleteManyItems", "", D),
    ("POST", "/x", "dropDatabase", "", D),
    ("DELETE", "/tasks", "x", "Delete all tasks", D),
    ("POST", "/reset", "x", "", D),
    ("POST", "/admin/database/reset", "x", "", D),
    ("POST", "/x", "factoryReset", "", D),
    ("POST", "/x", "restoreBackup", "", D),
    ("POST", "/x", "truncate_table", "", D),
]

HARMLESS = [
    ("POST", "/filters/reset", "resetFilter", "Reset filter"),
    ("POST", "/conversations/{id}/close", "closeConversation", "Close a conversation"),
    ("POST", "/images/{id}/rotate", "rotateImage", "Rotate the image"),
    ("POST", "/workflows/{id}/jobs/{job}/restart", "restartWorkflowJob", "Restart a job"),
    ("POST", "/jobs/restart", "restartJobs", ""),
    ("POST", "/counters/reset", "resetCounter", ""),
    ("GET", "/logout/url", "getLogoutUrl", ""),
    ("GET", "/shutdown/status", "getShutdownStatus", ""),
    ("GET", "/sessions", "listSessions", ""),
    ("GET", "/me", "getMe", "The authenticated user"),
    ("GET", "/account", "getAccount", ""),
    ("GET", "/password/reset", "passwordResetPage", ""),
    ("PATCH", "/me", "updateMe", "Update the own account"),
    ("POST", "/sessions", "createSession", ""),
    ("POST", "/login", "login", "Logs user into the system"),
    ("POST", "/tokens", "createToken", "Create a token"),
    ("DELETE", "/tokens/{id}", "deleteToken", ""),
    ("DELETE", "/sessions/{id}", "deleteChat", ""),
    ("DELETE", "/me/avatar", "deleteAvatar", ""),
    ("DELETE", "/cart/current", "deleteCart", ""),
    ("DELETE", "/groups/{id}/members/me", "x", ""),
    ("DELETE", "/users/{id}", "deleteUser", "Delete a user"),
    ("DELETE", "/contacts/{id}", "deleteContact", ""),
    ("POST", "/forgot-password", "forgotPassword", "Send a mail to reset the password"),
    ("POST", "/password/reset/verify", "verifyPasswordReset", ""),
    ("GET", "/revoked-tokens", "listRevokedTokens", ""),
    ("POST", "/webhooks/{id}/rotate-secret", "rotateWebhookSecret", ""),
    ("POST", "/devices/{id}/push-token/reset", "x", ""),
    ("POST", "/cache/keys/invalidate", "x", ""),
    ("POST", "/utils/cache/clear", "clearCache", ""),
    ("POST", "/flows/bulk_create", "bulkCreateFlows", ""),
    ("POST", "/cdn/purge-cache", "purgeCache", "Purge the cache"),
    ("POST", "/invitations/{id}/revoke", "revokeInvitation", ""),
    ("POST", "/rooms/{roomId}/leave", "leaveRoom", "Leave a room"),
    ("POST", "/leaves", "createLeave", "Ask for leave"),
    ("POST", "/maintenances", "createMaintenance", ""),
    ("POST", "/maintenance", "scheduleMaintenance", ""),
    ("POST", "/documents/{id}/sign-off", "signOffDocument", ""),
    ("POST", "/subscriptions/{id}/cancel", "cancelSubscription", ""),
    ("POST", "/workflows/{id}/deactivate", "deactivateWorkflow", ""),
    ("POST", "/campaigns/{id}/stop", "stopCampaign", ""),
    ("POST", "/events/flush", "flushEvents", ""),
    ("POST", "/blog/output", "blogOutput", "Log output of the blog"),
    ("PUT", "/users/{id}/key-results", "resetKeyResults", ""),
    ("POST", "/schedules/reload-events", "x", ""),
    ("POST", "/accounts", "createAccount", ""),
]


def operation(method: str, path: str, name: str, summary: str) -> Operation:
    return Operation(name or f"{method} {path}", method, path, "", summary=summary)


@pytest.mark.parametrize(("method", "path", "name", "summary", "harm"), DANGEROUS)
def test_what_may_end_something_is_recognised(
    method: str, path: str, name: str, summary: str, harm: Harm
) -> None:
    found = find_hazard(operation(method, path, name, summary))
    assert found is not None
    assert found.harm is harm


@pytest.mark.parametrize(("method", "path", "name", "summary"), HARMLESS)
def test_what_only_sounds_like_it_is_left_alone(
    method: str, path: str, name: str, summary: str
) -> None:
    assert find_hazard(operation(method, path, name, summary)) is None


def test_the_path_of_the_server_says_nothing_of_the_operation() -> None:
    one = operation("POST", "/workbench/restart", "x", "")
    assert find_hazard(one) is None
    assert find_hazard(one, "/workbench") is not None


def test_the_words_that_said_it_are_quoted() -> None:
    found = find_hazard(operation("POST", "/current-user/reset-token", "x", ""))
    assert str(found) == 'it may end the credential: its path says "reset token"'
