using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Exograph.ServerSide.Web;

/// <summary>Serves the page, and answers what it asks, until it is disposed. It changes nothing in the database.</summary>
public sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PageServer(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where the page is, with the key that lets a browser in.</summary>
    public Uri Address { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="client">Its database. What the page shows is what the client's role may read.</param>
    /// <param name="endpoint">Where to listen; port 0 is any free one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="IOException">The address cannot be listened on: another program does, or it is not this machine's.</exception>
    public static async Task<PageServer> StartAsync(ExographClient client, IPEndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(endpoint);
        // Nothing is read of the current directory, which may be anybody's: no appsettings.json, no wwwroot, no environment.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(endpoint);
        });
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        var app = builder.Build();
        var doorkeeper = new Doorkeeper(endpoint.Address);
        app.Use(doorkeeper.HandleAsync);
        app.UseRouting();
        PageFiles.Map(app);
        Api.Map(app, client);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        var listening = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new PageServer(app, doorkeeper.AddressOf(listening));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _app.DisposeAsync().ConfigureAwait(false);
}
