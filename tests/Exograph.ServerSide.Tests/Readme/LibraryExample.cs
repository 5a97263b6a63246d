using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>The example that README shows, between the markers.</summary>
internal static class LibraryExample
{
    public static async Task<LoadReport> RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        // README
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await new Migrator(dataSource).MigrateAsync(cancellationToken: cancellationToken);

        var options = new LoadOptions { Label = "greeter", Ids = IdNumbering.Reserved };
        await using var load = await BulkLoad.BeginAsync(dataSource, options, cancellationToken);
        await load.StageAsync(Packages(), cancellationToken);
        await load.StageAsync(Versions(), cancellationToken);
        await load.StageAsync(Files(), cancellationToken);
        return await load.FinalizeAsync(cancellationToken);

        static async IAsyncEnumerable<PackageRow> Packages()
        {
            yield return new PackageRow { Id = 1, Ecosystem = "hex", Name = "greeter" };
        }

        static async IAsyncEnumerable<PackageVersionRow> Versions()
        {
            yield return new PackageVersionRow { Id = 1, PackageId = 1, Version = "1.0.0" };
        }

        static async IAsyncEnumerable<FileRow> Files()
        {
            const string Source = "defmodule Greeter do\nend\n";
            yield return new FileRow
            {
                Id = 1,
                PackageVersionId = 1,
                Path = "lib/greeter.ex",
                Source = Source,
                Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(Source)),
            };
        }
        // README
    }
}
