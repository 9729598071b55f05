"""Two sites of one listener, each with a stack: what closes one leaves the other open."""

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.site import Site
from tests.harness.stack import delete, deploy_like

DOMAIN = "sites.alb.localhost"
PREVIEW = "/maintenance-preview"
SITES = ["shop", "www.shop", "blog", "testers.shop", "wiki"]


def test_each_stack_closes_its_own_hosts(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    # The last rule is the operator's own, so no stand-in is needed.
    rules = {4: ("/a*", "front-end"), 40000: ("/*", "bff")}
    listener = LoadBalancer(aws, "sites", servers).listener(port=80, rules=rules)
    listener.add_rule(3, "/a*", "api", host=f"blog.{DOMAIN}")
    untouched, open_answers = listener.rules(), answers(listener)
    common = {"ListenerArn": listener.arn, "DefaultAction": "own"}
    of_shop = {
        "MaintenanceHosts": f"shop.{DOMAIN},ww?.shop.{DOMAIN}",
        "PreviewPath": PREVIEW,
        "RestingPriority": "49998",
    }
    of_blog = {"MaintenanceHosts": f"blog.{DOMAIN}", "ActivePriority": "2"}
    shop = deploy_like(aws, deployed_site.stack, "shop-site", common | of_shop)
    blog = deploy_like(aws, deployed_site.stack, "blog-site", common | of_blog)
    assert "StandInRule" not in shop.resources
    at_rest = listener.rules()
    assert answers(listener) == open_answers
    assert listener.request(PREVIEW, site="shop").status == 503
    assert listener.request(PREVIEW, site="blog").body == f"bff serves {PREVIEW}"

    shop.start()
    assert closed(listener) == ["shop", "www.shop"]
    blog.start()
    assert closed(listener) == ["shop", "www.shop", "blog"]
    shop.end()
    assert closed(listener) == ["blog"]
    blog.end()
    assert listener.rules() == at_rest

    # Deleted in a window, a stack opens its site and leaves the other as it is.
    shop.start()
    blog.start()
    delete(aws, shop)
    assert closed(listener) == ["blog"]
    delete(aws, blog)
    assert listener.rules() == untouched
    assert answers(listener) == open_answers


def closed(listener: Listener) -> list[str]:
    return [site for site in SITES if listener.request("/a", site=site).status == 303]


def answers(listener: Listener) -> list[list[str]]:
    return [[listener.request(path, site=site).body for path in ("/a", "/elsewhere")] for site in SITES]
