using System.Globalization;
using Deque.AxeCore.Playwright;
using Exograph.ServerSide.Tests.Find;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Exograph.ServerSide.Tests.Web;

/// <summary>The page in a real browser.</summary>
public sealed class BrowserTests(ServedDatabase served, Browser browser) : IClassFixture<ServedDatabase>, IClassFixture<Browser>
{
    /// <summary>Every kind of view, with its title.</summary>
    public static readonly TheoryData<string, string> Views = new()
    {
        { "/loads", "Loads" },
        { "/loads/1", "Load 1" },
        { "/storage", "Storage" },
        { "/search?q=Store.%25", "Store.%" },
        { "/search?q=run&in=references", "run" },
        { "/search?q=def+get&in=text", "def get" },
        { "/search?q=TODO&in=comments", "TODO" },
        { "/search?q=lib/cart.ex&in=files", "lib/cart.ex" },
        { "/search?q=nothing.there", "nothing.there" },
        { "/file/3?line=3", "lib/store.ex" },
        { "/file/4711", "No file" },
        { "/calls?q=Store.get&depth=2", "Calls of Store.get" },
        { "/copies/1", "Copies" },
        { "/compare", "Compare" },
        { "/compare?package=store&before=1.0&now=1.1", "store: 1.0 to 1.1" },
        { "/nowhere", "Not found" },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_view_fits_narrow_windows_is_dark_where_that_is_wanted_and_can_be_read_by_all(string path, string title)
    {
        await using var window = await browser.OpenAsync(served.Address, width: 360, dark: true);
        await window.GoAsync(path);
        await window.TitledAsync(title);
        await window.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);

        Assert.Equal(360, await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Equal("rgb(20, 23, 28)", await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        var findings = await window.Page.RunAxe();
        Assert.Empty(findings.Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(", ", v.Nodes.Select(n => n.Html))}"));
        window.SaidNothing();
    }

    [Fact]
    public async Task A_search_is_done_by_keys_alone()
    {
        await using var window = await browser.OpenAsync(served.Address);
        await window.TitledAsync("Loads");
        await window.Page.Keyboard.PressAsync("/");
        await window.Page.Keyboard.TypeAsync("Store.get");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.TitledAsync("Store.get");
        await Expect(window.Find("h2.package")).ToHaveTextAsync(["store 1.0 hex", "store 1.1 hex"]);
        await Expect(window.Find(".hits mark")).ToHaveTextAsync(["Store.get", "Store.get"]);
        await window.Page.Keyboard.PressAsync("j");
        await window.Page.Keyboard.PressAsync("j");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.TitledAsync("lib/store.ex");
        await Expect(window.Find(".source li.here code")).ToHaveTextAsync("  def get(id), do: id |> Store.Query.one()");
        await Expect(window.Find(".outline")).ToContainTextAsync("count/0 function");
        await window.Page.GoBackAsync();
        await window.TitledAsync("Store.get");
        await window.Page.Keyboard.PressAsync("?");
        await Expect(window.Find("dialog[open]")).ToContainTextAsync("Compare versions");
        await window.Page.Keyboard.PressAsync("Escape");
        await Expect(window.Find("dialog")).ToHaveCountAsync(0);
        window.SaidNothing();
    }

    [Fact]
    public async Task What_the_index_holds_is_never_markup()
    {
        const string Markup = "</script><img src=x onerror=alert(1)><b>bold</b>";
        await served.Database.ExecuteAsync(
            $"""
            INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
            VALUES ('{Markup}', '{Markup}', '{Markup}', '{Markup}', '{Markup}', sha256('markup'));
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col)
            SELECT id, '{Markup}', '{Markup}', '{Markup}', 1, 1 FROM exograph.files WHERE path = '{Markup}'
            """);
        var file = await served.Database.ScalarAsync<long>($"SELECT id FROM exograph.files WHERE path = '{Markup}'");
        await using var window = await browser.OpenAsync(served.Address);
        await window.GoAsync($"/search?q={Uri.EscapeDataString(Markup)}");
        await Expect(window.Find(".hits mark")).ToHaveTextAsync(Markup);
        await window.GoAsync($"/file/{file}?line=1");
        await Expect(window.Find(".source li.here code")).ToHaveTextAsync(Markup);
        await window.GoAsync($"/file/{served.EvilFile}");
        await Expect(window.Find("h1")).ToContainTextAsync("[red]x");
        await window.GoAsync($"/calls?q={Uri.EscapeDataString(AskedDatabase.Evil)}");
        await Expect(window.Find(".graph svg rect")).ToHaveCountAsync(1);
        await Expect(window.Find("main img, main b:not(.facts b)")).ToHaveCountAsync(0);
        window.SaidNothing();
    }

    [Fact]
    public async Task Calls_are_a_picture_whose_names_lead_on()
    {
        await using var window = await browser.OpenAsync(served.Address);
        await window.GoAsync("/calls?q=Store.get&depth=2&package=store&version=1.1");
        await Expect(window.Find(".graph text")).ToHaveTextAsync(
            ["Store.get/1", "Cart.total/1", "Store.Query.one/1", "Store.Query.run/1"]);
        await Expect(window.Find(".graph .root text")).ToHaveTextAsync("Store.get/1");
        await Expect(window.Find(".graph path[marker-end]")).ToHaveCountAsync(3);
        await window.Find(".graph a", new() { HasText = "Cart.total/1" }).ClickAsync();
        await window.TitledAsync("Calls of Cart.total/1");
        window.SaidNothing();
    }

    [Fact]
    public async Task Versions_are_compared_down_to_the_line()
    {
        await using var window = await browser.OpenAsync(served.Address);
        await window.GoAsync("/compare");
        await window.Page.GetByLabel("Package").FillAsync("store");
        await window.Page.GetByLabel("Before").FillAsync("1.0");
        await window.Page.GetByLabel("Now").FillAsync("1.1");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await window.TitledAsync("store: 1.0 to 1.1");
        await Expect(window.Find("tr", new() { HasText = "Store.count/0" }).Locator(".chip")).ToHaveTextAsync("added");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "lib/store.ex", Exact = true }).ClickAsync();
        await window.TitledAsync("lib/store.ex");
        await Expect(window.Find(".source li.added")).ToHaveTextAsync(
            ["2+   # Fetches one row.", "3+   def get(id), do: id |> Store.Query.one()", "5+   def count, do: length(all())"]);
        await Expect(window.Find(".source li.removed")).ToHaveCountAsync(2);
        window.SaidNothing();
    }

    [Fact]
    public async Task A_load_is_seen_while_it_goes_on_and_its_rejects_afterwards()
    {
        await using var database = await Served.StartAsync(await TestDatabase.CreateAsync());
        await using var session = await Session.OpenAsync(database.Database.Settings);
        await using var window = await browser.OpenAsync(database.Address);
        await Expect(window.Find(".empty")).ToContainTextAsync("Nothing has been loaded.");

        var load = await Sample.BeginAsync(session);
        await session.ExecuteAsync($"UPDATE {load.Staged("definitions")} SET fragment_id = 4711 WHERE ctid = (SELECT min(ctid) FROM {load.Staged("definitions")})");
        await Expect(window.Find(".card strong")).ToContainTextAsync($"Load {load.Id}");
        await Expect(window.Find(".card .chip")).ToHaveTextAsync("staging");
        await load.FinalizeAsync("on_reject => 'skip'");
        await Expect(window.Find(".card")).ToHaveCountAsync(0);
        await Expect(window.Find("td .chip.good")).ToHaveTextAsync("finalized");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = load.Id.ToString(CultureInfo.InvariantCulture), Exact = true }).ClickAsync();
        await Expect(window.Find("h2", new() { HasText = "Rejected rows" })).ToBeVisibleAsync();
        await Expect(window.Find("td.code", new() { HasText = "4711" })).ToBeVisibleAsync();
        window.SaidNothing();
    }

    [Fact]
    public async Task A_page_that_is_looked_at_again_leaves_the_focus_where_it_is()
    {
        await using var window = await browser.OpenAsync(served.Address);
        await window.TitledAsync("Loads");
        await window.Page.Keyboard.PressAsync("j");
        var again = window.Page.WaitForResponseAsync(response => response.Url.EndsWith("/api/loads", StringComparison.Ordinal));
        await window.Page.EvaluateAsync("document.querySelector('tbody').dataset.drawn = 'before'");
        await again;
        await Expect(window.Find("tbody[data-drawn]")).ToHaveCountAsync(0);
        await Expect(window.Find("td a:focus")).ToHaveTextAsync("1");
        window.SaidNothing();
    }

    [Fact]
    public async Task The_lines_that_differ_are_as_few_as_can_be()
    {
        await using var window = await browser.OpenAsync(served.Address);
        var wrong = await window.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { edits } = await import('/difference.js');
              const wrong = [];
              let state = 1;
              const next = most => { state = (state * 1103515245 + 12345) & 0x7fffffff; return (state >> 8) % most; };
              const text = () => Array.from({ length: next(9) }, () => 'abc'[next(3)]);
              for (let n = 0; n < 2000; n++) {
                const [left, right] = [text(), text()];
                const rows = edits(left, right);
                const most = Array.from({ length: left.length + 1 }, () => Array(right.length + 1).fill(0));
                for (let i = left.length - 1; i >= 0; i--)
                  for (let j = right.length - 1; j >= 0; j--)
                    most[i][j] = left[i] === right[j] ? most[i + 1][j + 1] + 1 : Math.max(most[i + 1][j], most[i][j + 1]);
                const without = kind => rows.filter(row => row.kind !== kind).map(row => row.text).join('');
                if (without('added') !== left.join('') || without('removed') !== right.join('')
                    || rows.filter(row => row.kind === 'same').length !== most[0][0]) wrong.push(`${left.join('')} ${right.join('')}`);
              }
              return wrong;
            }
            """);
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_server_that_has_ended_is_told_and_asked_again()
    {
        var database = await Served.StartAsync(await TestDatabase.CreateAsync());
        await using var window = await browser.OpenAsync(database.Address);
        await window.TitledAsync("Loads");
        await database.DisposeAsync();
        await window.Page.Keyboard.PressAsync("s");
        await Expect(window.Find(".problem").First).ToContainTextAsync("The server of this page does not answer.");
    }
}
