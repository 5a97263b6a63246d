using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Web;

/// <summary>Who is let in, and what the page is answered.</summary>
public sealed class PageServerTests(ServedDatabase served) : IClassFixture<ServedDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/page.js")]
    [InlineData("/api/loads")]
    [InlineData("/?key=")]
    [InlineData("/?key=00000000000000000000000000000000")]
    public async Task Who_has_no_key_sees_nothing(string path)
    {
        using var stranger = Client();
        using var response = await stranger.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("Open the whole address that exograph-load serve has printed: the key is in it.\n",
            await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task The_key_leaves_the_address_for_a_cookie_that_no_script_and_no_other_site_can_use()
    {
        using var client = Client();
        using var response = await client.GetAsync($"/search{served.Address.Query}&q=a%26b", Token);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/search?q=a%26b", response.Headers.Location!.OriginalString);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith($"exograph_{served.Address.Port}=", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_path_leads_to_no_other_host()
    {
        using var client = Client();
        using var response = await client.GetAsync(new Uri($"{served.Address.GetLeftPart(UriPartial.Authority)}//evil.example/{served.Address.Query}"), Token);
        Assert.Equal("/evil.example/", response.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("192.0.2.1")]
    public async Task A_site_that_has_its_name_lead_here_is_refused_even_with_the_key(string host)
    {
        using var client = await EnteredAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/loads") { Headers = { Host = $"{host}:{served.Address.Port}" } };
        using var response = await client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task The_names_of_this_machine_are_its_own(string host)
    {
        using var client = await EnteredAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/loads") { Headers = { Host = $"{host}:{served.Address.Port}" } };
        using var response = await client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Nothing_is_taken(string method)
    {
        using var client = await EnteredAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/loads");
        using var response = await client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page.css")]
    [InlineData("/api/loads")]
    [InlineData("/api/nothing")]
    public async Task Every_answer_forbids_what_is_not_its_own(string path)
    {
        using var client = await EnteredAsync();
        using var response = await client.GetAsync(path, Token);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task An_answer_comes_page_by_page()
    {
        var whole = await AskAsync("find/definitions?name=Store.%25&package=store&version=1.1");
        var names = Names(whole);
        Assert.Equal(["Store.Query.all/0", "Store.Query.one/1", "Store.Query.run/1", "Store.all/0", "Store.count/0", "Store.get/1"],
            names.Where(n => n != "Store.Query").ToList());
        Assert.Equal(JsonValueKind.Null, whole.GetProperty("next").ValueKind);

        List<string?> paged = [];
        string? after = null;
        do
        {
            var page = await AskAsync($"find/definitions?name=Store.%25&package=store&version=1.1&limit=2&after={Uri.EscapeDataString(after ?? "")}");
            paged.AddRange(Names(page));
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        Assert.Equal(names, paged);

        static List<string?> Names(JsonElement answer) =>
            [.. answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("qualifiedName").GetString())];
    }

    [Fact]
    public async Task What_is_refused_is_told_with_its_remedy()
    {
        var problem = await AskAsync("find/changes?package=store&before=9&now=1.1", HttpStatusCode.BadRequest);
        Assert.Equal("there is no version '9' of package 'store'", problem.GetProperty("error").GetString());
        Assert.StartsWith("There are: ", problem.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Equal("XG008", problem.GetProperty("sqlState").GetString());
    }

    [Fact]
    public async Task Tables_and_states_are_called_as_in_the_database()
    {
        var load = (await AskAsync("loads/1")).GetProperty("report");
        Assert.Equal("finalized", load.GetProperty("state").GetString());
        Assert.Equal(
            await served.Database.ColumnAsync<string>("SELECT table_name FROM exograph.load_report WHERE load_id = 1 ORDER BY 1"),
            load.GetProperty("tables").EnumerateArray().Select(t => t.GetProperty("table").GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_command_reads_as_a_reader_and_ends_well()
    {
        var port = FreePort();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = CliRun.RunAsync(served.Database, ["serve", "--port", $"{port}"], cancellationToken: cancel.Token);
        using var stranger = new HttpClient();
        while (true)
        {
            try
            {
                using var response = await stranger.GetAsync(new Uri($"http://127.0.0.1:{port}/"), Token);
                Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
                break;
            }
            catch (HttpRequestException) when (!run.IsCompleted)
            {
                await Task.Delay(20, Token);
            }
        }
        await cancel.CancelAsync();
        var ended = await run;
        Assert.Equal((ExitCode.Ok, ""), (ended.ExitCode, ended.Error));
        Assert.Matches($"^open http://127.0.0.1:{port}/\\?key=[0-9a-f]{{32}}\nCtrl-C ends it\n$", ended.Output);
    }

    [Theory]
    [InlineData("--port", "70000", "--port is from 0 to 65535, not 70000")]
    [InlineData("--listen", "example.com", "--listen takes an address, such as 127.0.0.1 or ::1, not 'example.com'")]
    public async Task A_place_that_is_none_is_refused(string option, string value, string message)
    {
        var run = await CliRun.RunAsync(served.Database, ["serve", option, value]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var run = await CliRun.RunAsync(served.Database, ["serve", "--port", $"{port}"]);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains($"{port}", run.Error, StringComparison.Ordinal);
        Assert.Contains("address already in use", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_of_the_page_can_write_nothing_however_often_they_are_used()
    {
        await using var database = await Cli.Database.OpenAsync(
            served.Database.ConnectionString, new CliContext
            {
                Output = new(TextWriter.Null),
                Error = new(TextWriter.Null),
                StandardInput = () => Stream.Null,
                Variable = _ => null,
                CurrentDirectory = Path.GetTempPath(),
            }, Token);
        await using var readers = database.CreateReader();
        for (var i = 0; i < 3; i++)
        {
            await using var who = readers.CreateCommand("SELECT current_user::text");
            Assert.Equal("exograph_reader", await who.ExecuteScalarAsync(Token));
            await using var write = readers.CreateCommand("CREATE TEMPORARY TABLE t ()");
            var error = await Assert.ThrowsAsync<PostgresException>(() => write.ExecuteNonQueryAsync(Token));
            Assert.Equal("25006", error.SqlState);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = served.Address };

    private async Task<HttpClient> EnteredAsync()
    {
        var client = Client();
        using var response = await client.GetAsync(served.Address, Token);
        client.DefaultRequestHeaders.Add("Cookie", response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }

    private async Task<JsonElement> AskAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var client = await EnteredAsync();
        using var response = await client.GetAsync($"/api/{path}", Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == expected, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
