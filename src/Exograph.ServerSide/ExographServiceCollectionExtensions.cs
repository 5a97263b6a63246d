using Exograph.ServerSide;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="ExographClient"/>.</summary>
public static class ExographServiceCollectionExtensions
{
    /// <summary>Adds a client for the <see cref="NpgsqlDataSource"/> that is registered, where none is yet.</summary>
    public static IServiceCollection AddExograph(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider => new ExographClient(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetService<ILoggerFactory>()));
        return services;
    }

    /// <summary>Adds a client with a data source of its own, where none is yet. Npgsql logs where the client does.</summary>
    /// <param name="services">Where it is registered.</param>
    /// <param name="connectionString">Connection string of Npgsql.</param>
    public static IServiceCollection AddExograph(this IServiceCollection services, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(connectionString);
        services.TryAddSingleton(provider => ExographClient.Create(connectionString, provider.GetService<ILoggerFactory>()));
        return services;
    }
}
