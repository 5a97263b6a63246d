using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>A contender whose index holds a part of the corpus before.</summary>
internal sealed class StandingContender(ILoadContender contender, Standing standing) : ILoadContender
{
    public string Name => $"{contender.Name}-{(standing == Standing.Half ? "half" : "again")}";

    public string Description => standing == Standing.Half
        ? $"{contender.Name}, into an index that holds half of the packages"
        : $"{contender.Name}, into an index that holds all of the rows";

    public Pace Pace => contender.Pace;

    public Standing Standing => standing;

    public Task PrepareInputAsync(InputContext context, CancellationToken cancellationToken) =>
        contender.PrepareInputAsync(context, cancellationToken);

    public Task PrepareDatabaseAsync(NpgsqlDataSource dataSource, string input, CancellationToken cancellationToken) =>
        contender.PrepareDatabaseAsync(dataSource, input, cancellationToken);

    public Task LoadAsync(ContenderContext context, CancellationToken cancellationToken) =>
        contender.LoadAsync(context, cancellationToken);
}
