using System.Security.Cryptography;
using System.Text;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>The example that README shows, between the markers.</summary>
internal static class LibraryExample
{
    public static async Task<LoadReport> RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        // README
        await using var client = ExographClient.Create(connectionString);
        await client.MigrateAsync(cancellationToken: cancellationToken);

        var options = new LoadOptions { Label = "greeter", Ids = IdNumbering.Reserved };
        await using var load = await client.BeginLoadAsync(options, cancellationToken);
        await load.StageAsync([new PackageRow { Id = 1, Ecosystem = "hex", Name = "greeter" }], cancellationToken);
        await load.StageAsync([new PackageVersionRow { Id = 1, PackageId = 1, Version = "1.0.0" }], cancellationToken);
        await load.StageAsync(FilesAsync(), cancellationToken);
        return await load.FinalizeAsync(cancellationToken);

        static async IAsyncEnumerable<FileRow> FilesAsync()
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
