using DbUp;
using DbUp.Engine;
using DbUp.Support;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>The upgrader that docs/operations.md shows.</summary>
internal static class DbUpExample
{
    public static void Run(string connectionString, string repository)
    {
        // README
        var code = File.ReadLines($"{repository}/sql/order.txt")
            .Select(line => line.Split('#')[0].Trim())
            .Where(file => file.Length > 0)
            .Select((file, i) => new SqlScript(
                file,
                "SET LOCAL ROLE exograph_owner;\n" + File.ReadAllText($"{repository}/sql/{file}"),
                new SqlScriptOptions { ScriptType = ScriptType.RunAlways, RunGroupOrder = 1000 + i }));
        var result = DeployChanges.To.PostgresqlDatabase(connectionString, "exograph")
            .WithScriptsFromFileSystem($"{repository}/migrations")
            .WithScripts(code)
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogToConsole()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw result.Error;
        // README
    }
}
