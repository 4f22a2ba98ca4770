"""IAM and STS with boto3: users with keys and policies, groups, roles, sessions, web identities."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import rsa
from botocore.config import Config
from checks import ACCESS_KEY, ENDPOINT, SECRET_KEY, about, check, main, new_bucket, refused

NO_RETRIES = Config(retries={"total_max_attempts": 1})


def of(service, keys=None):
    keys = keys or {"AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET_KEY}
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        config=NO_RETRIES,
    )


iam = of("iam")
s3 = of("s3")


def document(**statement):
    statement = {"Effect": "Allow", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def new_user(name):
    iam.create_user(UserName=name)
    return iam.create_access_key(UserName=name)["AccessKey"]


@check
def a_user_does_what_its_policy_allows():
    bucket = new_bucket(s3)
    mine = of("s3", new_user("anna"))
    refused("AccessDenied", 403, mine.list_objects_v2, Bucket=bucket)
    policy = document(Action="s3:*", Resource=[f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"])
    iam.put_user_policy(UserName="anna", PolicyName="own", PolicyDocument=policy)
    mine.put_object(Bucket=bucket, Key="key", Body=b"body")
    assert mine.get_object(Bucket=bucket, Key="key")["Body"].read() == b"body"
    shown = iam.get_user_policy(UserName="anna", PolicyName="own")["PolicyDocument"]
    assert shown == json.loads(policy), shown
    refused("AccessDenied", 403, of("iam", iam_keys("anna")).list_users)


def iam_keys(user):
    return iam.create_access_key(UserName=user)["AccessKey"]


@check
def a_key_is_switched_off():
    key = new_user("bert")
    sts = of("sts", key)
    assert sts.get_caller_identity()["Arn"].endswith(":user/bert")
    iam.update_access_key(UserName="bert", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    refused("InvalidClientTokenId", 403, sts.get_caller_identity)
    shown = iam.list_access_keys(UserName="bert")["AccessKeyMetadata"]
    assert [key["Status"] for key in shown] == ["Inactive"]
    iam.delete_access_key(UserName="bert", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="bert")
    refused("NoSuchEntity", 404, iam.get_user, UserName="bert")


@check
def a_group_gives_what_it_has():
    cleo = of("s3", new_user("cleo"))
    iam.create_group(GroupName="readers", Path="/teams/")
    iam.attach_group_policy(
        GroupName="readers", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    )
    refused("AccessDenied", 403, cleo.list_buckets)
    iam.add_user_to_group(GroupName="readers", UserName="cleo")
    cleo.list_buckets()
    refused("AccessDenied", 403, cleo.create_bucket, Bucket="not-for-readers")
    names = [user["UserName"] for user in iam.get_group(GroupName="readers")["Users"]]
    assert names == ["cleo"], names
    iam.remove_user_from_group(GroupName="readers", UserName="cleo")
    refused("AccessDenied", 403, cleo.list_buckets)


@check
def a_managed_policy_has_versions():
    arn = iam.create_policy(
        PolicyName="lists", PolicyDocument=document(Action="s3:ListBucket", Resource="*")
    )["Policy"]["Arn"]
    iam.create_policy_version(
        PolicyArn=arn,
        PolicyDocument=document(Action="s3:ListAllMyBuckets", Resource="*"),
        SetAsDefault=True,
    )
    dora = of("s3", new_user("dora"))
    iam.attach_user_policy(UserName="dora", PolicyArn=arn)
    dora.list_buckets()
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    refused("AccessDenied", 403, dora.list_buckets)
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    shown = [(version["VersionId"], version["IsDefaultVersion"]) for version in versions]
    assert shown == [("v2", False), ("v1", True)], shown
    users = iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"]
    assert [user["UserName"] for user in users] == ["dora"]
    refused("DeleteConflict", 409, iam.delete_policy, PolicyArn=arn)


@check
def lists_come_in_pages():
    for number in range(7):
        iam.create_user(UserName=f"page-{number}", Path="/pages/")
    pages = iam.get_paginator("list_users").paginate(
        PathPrefix="/pages/", PaginationConfig={"PageSize": 3}
    )
    names = [[user["UserName"] for user in page["Users"]] for page in pages]
    assert [len(page) for page in names] == [3, 3, 1], names
    assert sum(names, []) == [f"page-{number}" for number in range(7)]


@check
def a_role_is_assumed():
    key = new_user("emil")
    arn = iam.get_user(UserName="emil")["User"]["Arn"]
    trust = document(Action=["sts:AssumeRole", "sts:TagSession"], Principal={"AWS": arn})
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)["Role"]
    assert role["AssumeRolePolicyDocument"] == json.loads(trust)
    iam.put_role_policy(
        RoleName="worker",
        PolicyName="by-tag",
        PolicyDocument=document(
            Action="s3:*",
            Resource="*",
            Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}},
        ),
    )
    sts = of("sts", key)
    named = {"RoleArn": role["Arn"], "RoleSessionName": "session"}
    plain = of("s3", sts.assume_role(**named)["Credentials"])
    refused("AccessDenied", 403, plain.list_buckets)
    tagged = sts.assume_role(**named, Tags=[{"Key": "team", "Value": "blue"}])
    of("s3", tagged["Credentials"]).list_buckets()
    who = of("sts", tagged["Credentials"]).get_caller_identity()
    assert who["Arn"] == tagged["AssumedRoleUser"]["Arn"]
    assert who["UserId"] == f"{role['RoleId']}:session"
    limited = sts.assume_role(
        **named,
        Tags=[{"Key": "team", "Value": "blue"}],
        Policy=document(Action="s3:GetObject", Resource="*"),
    )
    refused("AccessDenied", 403, of("s3", limited["Credentials"]).list_buckets)


@check
def a_session_token_goes_with_its_key():
    session = of("sts").get_session_token(DurationSeconds=900)["Credentials"]
    of("s3", session).list_buckets()
    without = {**session, "SessionToken": None}
    refused("InvalidToken", 400, of("s3", without).list_buckets)
    left = session["Expiration"].timestamp() - time.time()
    assert 800 < left <= 900, left


@check
def what_is_wrong_is_named():
    error = refused("ValidationError", 400, iam.create_user, UserName="no spaces")
    assert "userName" in error["Error"]["Message"]
    refused("EntityAlreadyExists", 409, iam.create_user, UserName="ANNA")
    refused(
        "MalformedPolicyDocument",
        400,
        iam.put_user_policy,
        UserName="anna",
        PolicyName="broken",
        PolicyDocument="{",
    )
    refused("InvalidAction", 400, iam.generate_credential_report)


# The primes of the key of a provider that exists only here. Made once: in Python it takes up to
# minutes.
FIRST_PRIME = int(
    "f7f49e82f2271c0037abb7006850646885b8b40e9fcc983f3ccad8ace5dd36b647a92a86fe63ade9"
    "bedfd5da2d3e1a2e9d5ae606675f537734f2c76cc2e33c4edb549763da9d8c96278d732109bc0a45"
    "66db4dba174dda7beb2d0463298fe6aab1b271b8302b44014cbe35a87f104201bffb94c72cf6c340"
    "32ddb74260ffdc67",
    16,
)
SECOND_PRIME = int(
    "b53e6c9cb3a5ad57ea0b8c4cedb37efebce2e6c261ed4f4f4fee646b3088238493c44a1235a59211"
    "0840efbf24d40a05c548ff40ef7cd5c4e47423037ce4fce2af3110e94c36b99515b73e77fe72e22d"
    "ddb99500d9265875b6ff85a2f293579dfe48df3c20355aba55b709679b43f7dc8dcbaeff1a07b446"
    "d8f79a3b695fc691",
    16,
)


class Provider:
    """An OpenID Connect provider: its documents over HTTP, its tokens made here."""

    def __init__(self):
        modulus, exponent = FIRST_PRIME * SECOND_PRIME, 65537
        secret = pow(exponent, -1, (FIRST_PRIME - 1) * (SECOND_PRIME - 1))
        self.public = rsa.PublicKey(modulus, exponent)
        self.private = rsa.PrivateKey(modulus, exponent, secret, FIRST_PRIME, SECOND_PRIME)
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                answer = provider.documents().get(self.path)
                self.send_response(200 if answer else 404)
                self.end_headers()
                self.wfile.write(json.dumps(answer or {}).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_address[1]}/realms/demo"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def documents(self):
        size = (self.public.n.bit_length() + 7) // 8
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": "first",
            "n": encoded(self.public.n.to_bytes(size, "big")),
            "e": encoded(self.public.e.to_bytes(3, "big")),
        }
        return {
            "/realms/demo/.well-known/openid-configuration": {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
            },
            "/realms/demo/keys": {"keys": [key]},
        }

    def token(self, **claims):
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "app",
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            **claims,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": "first"}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{encoded(rsa.sign(signed.encode(), self.private, 'SHA-256'))}"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@check
def a_web_identity_assumes_a_role():
    provider = Provider()
    arn = iam.create_open_id_connect_provider(Url=provider.url, ClientIDList=["app"])[
        "OpenIDConnectProviderArn"
    ]
    name = provider.url.removeprefix("http://")
    trust = document(
        Action=["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        Principal={"Federated": arn},
        Condition={"StringEquals": {f"{name}:sub": "subject-1"}},
    )
    role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="web",
        PolicyName="by-tag",
        PolicyDocument=document(
            Action="s3:*",
            Resource="*",
            Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}},
        ),
    )
    sts = boto3.client(
        "sts",
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        config=NO_RETRIES.merge(Config(signature_version="unsigned")),
    )

    named = {"RoleArn": role, "RoleSessionName": "web"}
    tags = {"https://aws.amazon.com/tags": {"principal_tags": {"team": ["blue"]}}}
    assumed = sts.assume_role_with_web_identity(
        **named, WebIdentityToken=provider.token(**tags)
    )
    assert assumed["SubjectFromWebIdentityToken"] == "subject-1"
    assert assumed["Audience"] == "app"
    of("s3", assumed["Credentials"]).list_buckets()

    untagged = sts.assume_role_with_web_identity(**named, WebIdentityToken=provider.token())
    refused("AccessDenied", 403, of("s3", untagged["Credentials"]).list_buckets)
    assume = sts.assume_role_with_web_identity
    for code, token in [
        ("ExpiredTokenException", provider.token(exp=int(time.time()) - 100)),
        ("InvalidIdentityToken", provider.token(aud="another")),
        ("InvalidIdentityToken", provider.token(iss="http://localhost:1/other")),
        ("InvalidIdentityToken", provider.token()[:-8] + "AAAAAAAA"),
        ("InvalidIdentityToken", "abcdef"),
    ]:
        refused(code, 400, assume, **named, WebIdentityToken=token)
    refused("AccessDenied", 403, assume, **named, WebIdentityToken=provider.token(sub="other"))


if __name__ == "__main__":
    about("boto3", boto3.__version__, "PyPI")
    main()
