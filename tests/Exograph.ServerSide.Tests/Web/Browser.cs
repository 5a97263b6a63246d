using Microsoft.Playwright;
using Xunit;

namespace Exograph.ServerSide.Tests.Web;

/// <summary>A Chromium of this system, without which tests of the page are skipped: Debian has it as package chromium.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>Milliseconds: the machine may be busy.</summary>
    private const int Patience = 60_000;

    private static readonly string? s_program = new[]
    {
        Environment.GetEnvironmentVariable("EXOGRAPH_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
    }.FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (s_program is null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = s_program,
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [], // Chromium refuses to be root's with it
        });
    }

    /// <summary>A page in a window of its own. Whatever it says on the console is kept.</summary>
    internal async Task<Window> OpenAsync(Uri address, int width = 1280, bool dark = false)
    {
        Assert.SkipWhen(_browser is null, "There is no Chromium: apt-get install chromium, or EXOGRAPH_CHROMIUM names one.");
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var window = new Window(page);
        await page.GotoAsync(address.AbsoluteUri);
        return window;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A window of the browser.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly List<string> _complaints = [];

    public Window(IPage page)
    {
        Page = page;
        page.Console += (_, message) => _complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _complaints.Add($"error: {error}");
        page.Dialog += async (_, dialog) =>
        {
            _complaints.Add($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Host != new Uri(page.Url).Host && page.Url != "about:blank")
                _complaints.Add($"request elsewhere: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>To an address within the page.</summary>
    public Task GoAsync(string path) => Page.GotoAsync(new Uri(new Uri(Page.Url), path).AbsoluteUri);

    /// <summary>The title that says that the page is there.</summary>
    public Task TitledAsync(string title) => Assertions.Expect(Page).ToHaveTitleAsync($"{title} · Exograph");

    public ILocator Find(string selector, PageLocatorOptions? options = null) => Page.Locator(selector, options);

    public void SaidNothing() => Assert.Empty(_complaints);

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
