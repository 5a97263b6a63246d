using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load cluster</c>: what is done on the coordinator of a cluster.</summary>
internal sealed class ClusterCommand(CliApp app)
{
    /// <summary>Where passwords come from: every user of the machine can read a command line.</summary>
    private const string ReaderPassword = "EXOGRAPH_READER_PASSWORD";
    private const string OwnerPassword = "EXOGRAPH_OWNER_PASSWORD";

    public Command Create() => new("cluster", "Shards, and loads that are on all of them or on none. The connection is to the coordinator.")
    {
        Status(),
        AddShard(),
        MapUser(),
        OnShard("attach", "Has a shard that was left out take part again.", "attached",
            (cluster, shard, token) => cluster.AttachShardAsync(shard, token)),
        OnShard("detach", "Leaves a shard out: questions are answered without it, and loads refuse to touch it.", "detached",
            (cluster, shard, token) => cluster.DetachShardAsync(shard, token)),
        OnLoad("finalize", "Brings the rows of an open load into the indexes of all of its shards, or of none.", "finalized",
            (cluster, load, token) => cluster.FinalizeLoadAsync(load, cancellationToken: token)),
        OnLoad("abandon", "Drops the staged rows of an open load on all of its shards and ends it.", "abandoned",
            (cluster, load, token) => cluster.AbandonLoadAsync(load, token)),
        Resolve(),
        Move(),
    };

    private Command Status()
    {
        var command = new Command("status", "Lists the shards, each asked now.");
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            app.Results(parsed).Shards(await database.Client.Cluster.GetStatusAsync(cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private Command AddShard()
    {
        var name = new Argument<string>("name") { Description = "Name of the shard, for people." };
        var hosts = new Option<string>("--hosts")
        {
            Description = "Its hosts as libpq takes them: primary and standbys, separated by commas.",
            HelpName = "hosts",
            Required = true,
        };
        var port = new Option<string>("--port")
        {
            Description = "Its port, or one for each host, separated by commas.",
            HelpName = "port",
            DefaultValueFactory = _ => "5432",
        };
        var dbname = Text("--dbname", "Its database.", "name");
        var reader = Text("--reader", $"A role there of exograph_reader. {ReaderPassword} has its password, which the coordinator keeps.", "role");
        var owner = Text("--owner", $"A role there of exograph_owner, for this call alone. {OwnerPassword} has its password.", "role");
        var number = new Option<int?>("--number") { Description = "Number of the shard. The next free one by default.", HelpName = "number" };
        var capacity = new Option<ByteSize?>("--capacity")
        {
            Description = "How large its database may become. Without limit by default.",
            HelpName = "size",
            CustomParser = result => ByteSize.Parse(result),
        };
        var command = new Command("add-shard", "Makes an index a shard; its packages enter the directory.")
        {
            name, hosts, port, dbname, reader, owner, number, capacity,
        };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            var shard = new NewShard
            {
                Name = parsed.GetRequiredValue(name),
                Hosts = parsed.GetRequiredValue(hosts),
                Port = parsed.GetRequiredValue(port),
                Database = parsed.GetRequiredValue(dbname),
                Reader = parsed.GetRequiredValue(reader),
                ReaderPassword = Password(ReaderPassword),
                Owner = parsed.GetRequiredValue(owner),
                OwnerPassword = Password(OwnerPassword),
                Number = parsed.GetValue(number),
                CapacityBytes = parsed.GetValue(capacity)?.Bytes,
            };
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var added = await database.Client.Cluster.AddShardAsync(shard, cancellationToken);
            app.Results(parsed).Value(new { added }, $"added shard {added}");
            return ExitCode.Ok;
        });
        return command;
    }

    private Command MapUser()
    {
        var role = new Argument<string>("role") { Description = "Role of the coordinator." };
        var user = new Option<string?>("--user")
        {
            Description = $"Role of the shards, by one name and password on all. {CliApp.ShardPassword} has the password.",
            HelpName = "role",
        };
        var none = new Option<bool>("--none") { Description = "The role works on the shards as nobody any more." };
        var command = new Command("map-user", "Says as whom a role works on the shards.") { role, user, none };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            var remote = parsed.GetValue(user);
            if (remote is null != parsed.GetValue(none))
                throw new UsageException("map-user takes either --user or --none");
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var mapped = parsed.GetRequiredValue(role);
            await database.Client.Cluster.MapUserAsync(
                mapped, remote, remote is null ? null : Password(CliApp.ShardPassword), cancellationToken);
            app.Results(parsed).Value(
                new { role = mapped, user = remote }, remote is null ? $"{mapped} has no user on the shards" : $"{mapped} is {remote} on the shards");
            return ExitCode.Ok;
        });
        return command;
    }

    private Command Resolve()
    {
        var command = new Command("resolve", "Commits or rolls back what sessions or servers that died have left prepared on shards.");
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var parts = await database.Client.Cluster.ResolveLoadsAsync(cancellationToken);
            app.Results(parsed).Items(parts, "nothing is in doubt", p =>
                $"{(p.LoadId is { } load ? $"load {load}, " : "")}shard {p.Shard}: {p.Outcome}{(p.Detail is null ? "" : $": {p.Detail}")}");
            return parts.All(p => p.Outcome is "committed" or "rolled back") ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }

    private Command Move()
    {
        var ecosystem = new Argument<string>("ecosystem") { Description = "Ecosystem of the package: hex, npm, ..." };
        var name = new Argument<string>("name") { Description = "Name of the package." };
        var shard = new Argument<int>("shard") { Description = "Number of the shard that it goes to." };
        var command = new Command("move-package", "Moves a package, whole, to another shard.") { ecosystem, name, shard };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var (of, moved, to) = (parsed.GetRequiredValue(ecosystem), parsed.GetRequiredValue(name), parsed.GetRequiredValue(shard));
            await database.Client.Cluster.MovePackageAsync(of, moved, to, cancellationToken);
            app.Results(parsed).Value(new { ecosystem = of, name = moved, shard = to }, $"package {moved} of {of} is on shard {to}");
            return ExitCode.Ok;
        });
        return command;
    }

    private Command OnShard(string verb, string description, string done, Func<ClusterClient, int, CancellationToken, Task> act) =>
        OnNumber(verb, description, "shard", "Number of the shard.", done, act);

    private Command OnLoad(string verb, string description, string done, Func<ClusterClient, int, CancellationToken, Task> act) =>
        OnNumber(verb, description, "load", "Number of the load of the cluster.", done, act);

    private Command OnNumber(string verb, string description, string what, string number, string done,
        Func<ClusterClient, int, CancellationToken, Task> act)
    {
        var argument = new Argument<int>(what) { Description = number };
        var command = new Command(verb, description) { argument };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var value = parsed.GetValue(argument);
            await act(database.Client.Cluster, value, cancellationToken);
            app.Results(parsed).Value(new Dictionary<string, int> { [done] = value }, $"{done} {what} {value}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string> Text(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help, Required = true };

    private string Password(string variable) => app.Context.Variable(variable)
        ?? throw new UsageException($"the environment variable {variable} is to have the password");
}
