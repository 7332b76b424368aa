"""The vendors' own SDKs against `fineprint serve --signed`: operations x signature forms x valid and invalid.

Usage: sdk.py FINEPRINT. Needs alibabacloud-resourcedirectorymaster20220419, aliyun-python-sdk-core and
tencentcloud-sdk-python-dbbrain; each call goes through the SDK's public interface, unchanged.
"""

import json
import os
import subprocess
import sys

for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
    os.environ.pop(name, None)

from alibabacloud_resourcedirectorymaster20220419 import models as acs
from alibabacloud_resourcedirectorymaster20220419.client import Client as AcsTea
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.dbbrain.v20191016 import dbbrain_client, models as dbbrain

ID, SECRET, TOKEN = "fineprint-demo-key", "fineprint-demo-secret", "fineprint-demo-session-token"
passed, failed = 0, []
names = (first + second for first in "abcdefghijklmnopqrstuvwxyz" for second in "abcdefghijklmnopqrstuvwxyz")


def check(what, came, wanted):
    global passed
    if came == wanted:
        passed += 1
    else:
        failed.append(f"{what}: wanted {wanted!r}, came {came!r}")


# --- Alibaba Cloud: the results and errors of the two SDKs in one form -----------------------------------------------

class Tea:
    """alibabacloud-tea-openapi"""

    def __init__(self, port, algorithm=None, id=ID, secret=SECRET, token=None):
        extra = {"signature_algorithm": algorithm} if algorithm else {}
        self.client = AcsTea(Config(access_key_id=id, access_key_secret=secret, security_token=token,
                                    endpoint=f"127.0.0.1:{port}", protocol="HTTP", **extra))

    def call(self, operation, **parameters):
        snake = {"Name": "name", "EmailAddress": "email_address", "Title": "title", "PhoneNumber": "phone_number",
                 "MessageTypes": "message_types", "ContactId": "contact_id"}
        request = getattr(acs, f"{operation}Request")(**{snake[key]: value for key, value in parameters.items()})
        method = {"AddMessageContact": "add_message_contact", "UpdateMessageContact": "update_message_contact",
                  "GetMessageContact": "get_message_contact", "ListMessageContacts": "list_message_contacts",
                  "DeleteMessageContact": "delete_message_contact"}[operation]
        try:
            response = getattr(self.client, method)(request)
            return response.status_code, None, response.body.to_map()
        except Exception as error:
            return getattr(error, "status_code", None), getattr(error, "code", repr(error)), None


class Core:
    """aliyun-python-sdk-core"""

    def __init__(self, port, method="POST", place="query", id=ID, secret=SECRET, token=None):
        self.port, self.method, self.place = port, method, place
        who = StsTokenCredential(id, secret, token) if token else AccessKeyCredential(id, secret)
        self.client = AcsClient(region_id="cn-hangzhou", credential=who, auto_retry=False)

    def call(self, operation, **parameters):
        request = CommonRequest(domain=f"127.0.0.1:{self.port}", version="2022-04-19", action_name=operation)
        request.set_protocol_type("http")
        request.set_method(self.method)
        add = request.add_body_params if self.place == "body" else request.add_query_param
        for key, value in parameters.items():
            for name, text in ([(f"{key}.{n}", each) for n, each in enumerate(value, 1)]
                               if isinstance(value, list) else [(key, value)]):
                add(name, text)
        try:
            return 200, None, json.loads(self.client.do_action_with_exception(request))
        except ServerException as error:
            return error.get_http_status(), error.get_error_code(), None


def alibaba(port):
    forms = {
        "tea ACS3": lambda **who: Tea(port, **who),
        "tea RPC V1": lambda **who: Tea(port, "v2", **who),
        "core POST query": lambda **who: Core(port, **who),
        "core POST body": lambda **who: Core(port, place="body", **who),
        "core GET": lambda **who: Core(port, "GET", **who),
    }
    for form, client in forms.items():
        for token in (None, TOKEN):
            what = f"{form}{' with a session token' if token else ''}"
            operations(what, client(token=token))
        refused = [
            ("another secret", {"secret": SECRET + " "}, 400, "SignatureDoesNotMatch"),
            ("an unknown key", {"id": "LTAInobody"}, 404, "InvalidAccessKeyId.NotFound"),
            ("an unknown token", {"token": "no-token"}, 404, "InvalidAccessKeyId.NotFound"),
        ]
        for why, who, status, code in refused:
            for operation, parameters in CALLS.items():
                came = client(**who).call(operation, **parameters)
                check(f"{form}, {operation} with {why}", came[:2], (status, code))


CALLS = {
    "AddMessageContact": {"Name": "tom", "EmailAddress": "a b+c*d~e@example.com", "Title": "CEO",
                          "MessageTypes": ["ServiceMessage"]},
    "UpdateMessageContact": {"ContactId": "c-none", "Name": "tim"},
    "GetMessageContact": {"ContactId": "c-none"},
    "ListMessageContacts": {},
    "DeleteMessageContact": {"ContactId": "c-none"},
}


def operations(what, client):
    name, other = next(names), next(names)
    mail = f"{name}@example.com"
    good = {"Name": name, "EmailAddress": mail, "Title": "CEO",
            "MessageTypes": ["ServiceMessage", "FaultMessage"], "PhoneNumber": "86-13900001234"}
    status, code, body = client.call("AddMessageContact", **good)
    check(f"{what}, Add", (status, code, sorted(body or {})), (200, None, ["Contact", "RequestId"]))
    id = body["Contact"]["ContactId"] if body else ""
    check(f"{what}, Add again", client.call("AddMessageContact", **good)[:2], (400, "InvalidParameter.Name.AlreadyUsed"))
    without = {key: value for key, value in good.items() if key != "Name"}
    check(f"{what}, Add without Name", client.call("AddMessageContact", **without)[:2], (400, "MissingParameter.Name"))
    odd = {**good, "Name": "t*~ \u5f20+"}
    check(f"{what}, Add an odd Name", client.call("AddMessageContact", **odd)[:2], (400, "InvalidParameter.Name"))
    check(f"{what}, Update", client.call("UpdateMessageContact", ContactId=id, Name=other)[:2], (200, None))
    came = client.call("UpdateMessageContact", ContactId="c-none", Name=other)
    check(f"{what}, Update nothing", came[:2], (404, "EntityNotExists.Contact"))
    status, code, body = client.call("GetMessageContact", ContactId=id)
    contact = (body or {}).get("Contact", {})
    came = (status, contact.get("Name"), contact.get("MessageTypes"))
    check(f"{what}, Get", came, (200, other, ["ServiceMessage", "FaultMessage"]))
    status, code, body = client.call("ListMessageContacts")
    listed = (body or {}).get("Contacts", [])
    ids = [each.get("ContactId") for each in listed]
    check(f"{what}, List", (status, id in ids), (200, True))
    check(f"{what}, Delete", client.call("DeleteMessageContact", ContactId=id)[:2], (200, None))
    came = client.call("DeleteMessageContact", ContactId=id)
    check(f"{what}, Delete again", came[:2], (404, "EntityNotExists.Contact"))


# --- Tencent Cloud --------------------------------------------------------------------------------------------------

def tencent(port):
    for sign in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256"):
        for method in ("POST", "GET"):
            what = f"tencent {sign} {method}"

            def client(id=ID, secret=SECRET, token=None):
                http = HttpProfile(protocol="http", endpoint=f"127.0.0.1:{port}", reqMethod=method)
                profile = ClientProfile(signMethod=sign, httpProfile=http)
                return dbbrain_client.DbbrainClient(credential.Credential(id, secret, token), "ap-guangzhou", profile)

            def add(client, name, mail="test@example.com"):
                request = dbbrain.AddUserContactRequest()
                request.Name, request.ContactInfo, request.Product = name, mail, "mysql"
                try:
                    answer = client.AddUserContact(request)
                    return isinstance(answer.Id, int) and bool(answer.RequestId)
                except TencentCloudSDKException as error:
                    return error.code

            for token in (None, TOKEN):
                of = f"{what}{' with a session token' if token else ''}"
                name = f"sdk_{next(names)}"
                check(f"{of}, Add", add(client(token=token), name), True)
                check(f"{of}, Add again", add(client(token=token), name) not in (True, None), True)
                check(f"{of}, an odd name", add(client(token=token), "_ a+*~\u5f20").startswith("InvalidParameter"), True)
                check(f"{of}, without a name", add(client(token=token), None), "MissingParameter")
            check(f"{what}, another secret", add(client(secret="x" + SECRET), "abc"), "AuthFailure.SignatureFailure")
            check(f"{what}, an unknown key", add(client(id="AKIDnobody"), "abc"), "AuthFailure.SecretIdNotFound")
            check(f"{what}, an unknown token", add(client(token="no"), "abc"), "AuthFailure.TokenFailure")


def main():
    server = subprocess.Popen([sys.argv[1], "serve", "--signed", "--port", "0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        port = server.stdout.readline().strip().rsplit(":", 1)[1]
        alibaba(port)
        tencent(port)
    finally:
        server.terminate()
    for each in failed:
        print(each)
    print(f"{passed} checks of the official SDKs passed, {len(failed)} failed")
    sys.exit(1 if failed or passed < 200 else 0)


main()
