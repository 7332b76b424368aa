"""The HTML report in a real browser: filters, links, no error in the console, no network, phone width, light and dark.

Usage: browser.py FINEPRINT FOLDER. Needs selenium, chromium and its driver. Screenshots go into FOLDER.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

fineprint, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
root = Path(__file__).resolve().parent.parent
failed = []


def check(what, holds):
    if not holds:
        failed.append(what)


def reports():
    """A run with one broken promise, and the same events a dozen times, as a run of 10,000 cases."""
    theirs = folder / "theirs"
    shutil.copytree(root / "specs", theirs)
    spec = theirs / "alibaba-cloud/resource-directory-master/AddMessageContact.yaml"
    spec.write_text(spec.read_text().replace("length: 2..12", "length: 2..13"))
    server = subprocess.Popen([fineprint, "serve", "--port", "0", "--specs", theirs], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    url = server.stdout.readline().strip()
    small, large, events = folder / "small.html", folder / "large.html", folder / "events.jsonl"
    subprocess.run([fineprint, "run", "--url", url, "--no-snapshots", "--html", small, "--events", events],
                   cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    other = folder / "other"
    strict = subprocess.Popen([fineprint, "serve", "--port", "0", "--reading", "email-strict"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, cwd=root)
    at = strict.stdout.readline().strip()
    quiet = {"cwd": root, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([fineprint, "record", "--url", at, "--target", "strict", "--reports", other], **quiet)
    strict.terminate()
    subprocess.run([fineprint, "run", "--no-snapshots", "--against", other / "strict", "--html", folder / "against.html"], **quiet)
    # A folder whose name looks like part of a URL.
    odd = folder / "100%41 #"
    shutil.copytree(root / "specs", odd)
    of_odd = ["--specs", odd, "--cases", folder / "cases"]
    # If CI is set, no other command writes cases.
    subprocess.run([fineprint, "generate", *of_odd], check=True, **quiet)
    subprocess.run([fineprint, "run", "--url", url, "--no-snapshots", *of_odd, "--html", folder / "odd.html",
                    "AddMessageContact/Name/length"], **quiet)
    subprocess.run([fineprint, "compare", url, "reference", "--html", folder / "compare.html"],
                   cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server.terminate()
    start, *cases, end = events.read_text().splitlines()
    cases = [json.loads(line) for line in cases if '"case-finished"' in line]
    with events.open("w") as out:
        out.write(start + "\n")
        for number in range(10_000):
            case = dict(cases[number % len(cases)])
            case["id"] += f"/copy-{number}"
            out.write(json.dumps(case) + "\n")
        out.write(end + "\n")
    subprocess.run([fineprint, "report", "--from", events, "--html", large], stdout=subprocess.DEVNULL)
    return small, large


def browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,1400"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.binary_location = shutil.which("chromium")
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def shown(driver):
    return driver.find_element(By.ID, "shown").text


def choose(driver, name, value):
    driver.execute_script(
        "const input = document.getElementById(arguments[0]); input.value = arguments[1];"
        "input.dispatchEvent(new Event('input', {bubbles: true}));", name, value)


def small_report(driver, path):
    driver.get(path.as_uri())
    check("the title says what is broken", driver.find_element(By.TAG_NAME, "h1").text == "1 failure")
    check("all cases are counted", shown(driver).startswith("876 of 876 cases"))
    choose(driver, "verdict", "fail")
    check("filter by verdict", shown(driver).startswith("3 of 876"))
    choose(driver, "operation", "UpdateMessageContact")
    check("two filters together", shown(driver).startswith("0 of 876"))
    driver.find_element(By.ID, "reset").click()
    check("reset shows all", shown(driver).startswith("876 of 876"))
    choose(driver, "search", "name/length/13")
    check("search finds by id", "of 876" in shown(driver) and not shown(driver).startswith("0 "))
    driver.find_element(By.ID, "reset").click()
    choose(driver, "parameter", "Title")
    title = int(shown(driver).split()[0])
    choose(driver, "rule", "values")
    check("filter by parameter and rule", 0 < int(shown(driver).split()[0]) < title)
    marks = driver.find_elements(By.CSS_SELECTOR, "a.mark.fail")
    check("a sentence and a row are marked broken", len(marks) == 2)
    marks[0].click()
    time.sleep(0.2)
    check("a mark leads to the cases behind it", "AddMessageContact.yaml:17:7" in shown(driver))
    first = driver.find_element(By.CSS_SELECTOR, "#list details")
    check("what failed stands first", first.get_attribute("data-id").startswith("AddMessageContact/Name/length/13"))
    first.find_element(By.TAG_NAME, "summary").click()
    time.sleep(0.2)
    text = first.text
    for words in ("InvalidParameter.Name.Length", "curl -sS -i -X POST", "The name must be 2 to 12 characters", "Copy"):
        check(f"a case shows {words}", words in text)
    driver.save_screenshot(str(folder / "case.png"))
    link = first.find_element(By.LINK_TEXT, "Link to this case").get_attribute("href")
    driver.get("about:blank")
    driver.get(link)
    time.sleep(0.3)
    check("a link leads to its case, open", driver.execute_script("return document.querySelector('#list details').open"))
    check("everything can be reached by keyboard", driver.execute_script(
        "return [...document.querySelectorAll('a.mark, summary, button, select, input')].every((each) => each.tabIndex === 0)"))
    check("every input has a label", driver.execute_script(
        "return [...document.querySelectorAll('input, select')].every((each) => each.closest('label'))"))


def links(driver, path):
    """A link works each time it is clicked, and so does the way back. Nonsense in a URL is ignored."""
    driver.get("about:blank")
    driver.get(path.as_uri())
    mark = driver.find_element(By.CSS_SELECTOR, "a.mark.fail")
    mark.click()
    behind = shown(driver)
    choose(driver, "verdict", "pass")
    check("a filter after a mark shows something else", shown(driver) != behind)
    driver.find_element(By.CSS_SELECTOR, "a.mark.fail").click()
    check("the same mark again shows the same again", shown(driver) == behind)
    driver.back()
    time.sleep(0.2)
    check("back at the address alone everything is shown", shown(driver).startswith("876 of 876"))
    for nonsense in ("#case=%E0%A4%A", "#promise", "#nonsense=1", "#__proto__=1", "#promise=%7C"):
        driver.get("about:blank")
        driver.get(path.as_uri() + nonsense)
        check(f"{nonsense} breaks nothing", " of 876 cases" in shown(driver))
    driver.get("about:blank")
    driver.get(path.as_uri())
    driver.find_element(By.CSS_SELECTOR, "a.mark.fail").send_keys(Keys.ENTER)
    time.sleep(0.2)
    driver.switch_to.active_element.send_keys(Keys.TAB)
    focused = driver.execute_script("return document.activeElement.closest('#list details')?.dataset.id || ''")
    check(f"after a mark the next key goes on at its first case ({focused})", focused.startswith("AddMessageContact/Name/length/13"))
    choose(driver, "kind", "known")
    check("nothing is a known failure here", shown(driver).startswith("0 of 876"))


def odd_path(driver, path):
    driver.get("about:blank")
    driver.get(path.as_uri())
    driver.find_element(By.CSS_SELECTOR, "a.mark.fail").click()
    check(f"a mark leads to its cases whatever its path ({shown(driver)})", "100%41 #" in shown(driver) and not shown(driver).startswith("0 "))


def against(driver, path):
    driver.get("about:blank")
    driver.get(path.as_uri())
    links = driver.find_elements(By.CSS_SELECTOR, "ol.broken a")
    check("another target's answers are told", len(links) > 0)
    cases = int(driver.find_element(By.CSS_SELECTOR, "ol.broken span").text.split(", ")[-1].split()[0])
    links[0].click()
    time.sleep(0.2)
    check(f"a link leads to all {cases} cases ({shown(driver)})", cases > 1 and shown(driver).startswith(f"{cases} of "))
    check("their sentence bears a mark", driver.find_elements(By.XPATH, "//a[contains(@class, 'mark') and starts-with(., 'differs')]"))


def printed(driver, path):
    driver.get("about:blank")
    driver.get(path.as_uri())
    check("it is said that not all are listed", "first 200 of 876" in driver.find_element(By.ID, "rest").text)
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    check("all cases are printed", driver.execute_script("return document.querySelectorAll('#list details').length") == 876)
    check("so are shared codes", driver.execute_script("return [...document.querySelectorAll('.page details')].every((each) => each.open)"))
    driver.execute_script("dispatchEvent(new Event('afterprint'))")
    check("and they are folded again", driver.execute_script("return ![...document.querySelectorAll('.page details')].some((each) => each.open)"))


def narrow(driver, path):
    """On the smallest phone every mark is visible, and each value has a label."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 320, "height": 900, "deviceScaleFactor": 1, "mobile": True})
    driver.get("about:blank")
    driver.get(path.as_uri() + "#case=AddMessageContact/Name/length/13")
    wide = driver.execute_script("return [...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth).length")
    check(f"no table scrolls sideways at 320 px ({wide} do)", wide == 0)
    cut = driver.execute_script("return [...document.querySelectorAll('.mark')].filter((each) => each.getBoundingClientRect().right > innerWidth).length")
    check(f"no mark is cut off ({cut} are)", cut == 0)
    time.sleep(0.2)
    label = driver.execute_script("return getComputedStyle(document.querySelector('.compare del'), '::before').content")
    check(f"a value says that it was received ({label})", "received" in label)
    driver.save_screenshot(str(folder / "narrow.png"))
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


CONTRAST = """
const value = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
  .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
const ratio = (one, other) => { const [a, b] = [value(one), value(other)].sort((a, b) => b - a); return (a + 0.05) / (b + 0.05); };
const input = document.getElementById("search"), style = getComputedStyle(input);
return [ratio(getComputedStyle(input, "::placeholder").color, style.backgroundColor),
        ratio(style.borderTopColor, getComputedStyle(document.body).backgroundColor)];
"""


def contrast(driver, path):
    for scheme in ("light", "dark"):
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        driver.get("about:blank")
        driver.get(path.as_uri())
        text, border = driver.execute_script(CONTRAST)
        check(f"{scheme}: a placeholder can be read ({text:.1f})", text >= 4.5)
        check(f"{scheme}: a field has an edge ({border:.1f})", border >= 3)


def pictures(driver, path, what):
    for name, scheme, width, height in (("light", "light", 1200, 1400), ("dark", "dark", 1200, 1400),
                                        ("phone", "light", 390, 1400)):
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        driver.get("about:blank")
        driver.get(path.as_uri())
        back = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        check(f"{what} {name} is {scheme}", (sum(map(int, back[4:-1].split(","))) > 600) == (scheme == "light"))
        wide = driver.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        check(f"{what} {name} does not scroll sideways ({wide} px)", wide <= 0)
        driver.save_screenshot(str(folder / f"{what}-{name}.png"))


def large_report(driver, path):
    begun = time.monotonic()
    driver.get(path.as_uri())
    check("10,000 cases are there", shown(driver).startswith("10000 of 10000"))
    loaded = time.monotonic() - begun
    took = driver.execute_script(
        "const input = document.getElementById('search'); const begun = performance.now(); input.value = 'title';"
        "input.dispatchEvent(new Event('input', {bubbles: true})); document.body.offsetHeight;"
        "return performance.now() - begun")
    check(f"10,000 cases load within 3 s ({loaded:.2f} s)", loaded < 3)
    check(f"and are filtered within 300 ms ({took:.0f} ms)", took < 300)
    print(f"10,000 cases: loaded in {loaded:.2f} s, filtered in {took:.0f} ms, {path.stat().st_size / 1e6:.1f} MB")


def quiet(driver):
    for entry in driver.get_log("browser"):
        check(f"console: {entry['message']}", False)
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            check(f"request to {url[:80]}", url.startswith(("file://", "data:", "about:")))


def main():
    small, large = reports()
    driver = browser()
    try:
        small_report(driver, small)
        links(driver, small)
        odd_path(driver, folder / "odd.html")
        against(driver, folder / "against.html")
        printed(driver, small)
        narrow(driver, small)
        contrast(driver, small)
        pictures(driver, small, "report")
        pictures(driver, folder / "compare.html", "compare")
        check("the matrix says in what the two are unlike", "differ in 1 promise" in driver.find_element(By.TAG_NAME, "h1").text)
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        large_report(driver, large)
        quiet(driver)
    finally:
        driver.quit()
    for what in failed:
        print(f"FAILED: {what}")
    print(f"the HTML report in a browser: {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
