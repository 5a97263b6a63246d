using Exograph.ServerSide.Tests.Loading;
using Npgsql;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>What is done to an index beside loading. Each returns in what the index differs from the model then.</summary>
internal sealed partial class TestIndex
{
    private const string OthersLeanOnIt = "XG015";
    private const string StagingIsLost = "XG004";

    /// <summary>The loads that are in the index.</summary>
    public IReadOnlyList<int> Loads => _model.Loads;

    public IReadOnlyList<RowKey> KeysOf(BundleTable table) => _model.KeysOf(table);

    /// <summary>Stages a load, and abandons it. Terms that it has resolved stay.</summary>
    public async Task<IReadOnlyList<string>> AbandonAsync(Bundle bundle, Random random)
    {
        var resolves = random.Next(2) == 0;
        var load = await _loader.BeginAsync(reserved: resolves);
        await _loader.StageAsync(load, bundle, random);
        if (resolves)
            await ResolveTermsAsync(bundle, load);
        return await AbandonAsync(load);
    }

    /// <summary>Resolves terms, of no load.</summary>
    public async Task<IReadOnlyList<string>> ResolveTermsAsync(Bundle bundle)
    {
        await ResolveTermsAsync(bundle, load: null);
        return await DifferencesAsync();
    }

    /// <summary>Stages loads of several ages, one of a role that is dropped, and abandons the old ones by one call.</summary>
    public async Task<IReadOnlyList<string>> AbandonOldAsync(Bundle bundle, Random random, CrashPoint? crash)
    {
        var loads = new List<(int Load, bool IsOld)>();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var (isOld, role) = (random.Next(2) == 0, random.Next(2) == 0 ? $"model {Guid.NewGuid():N}" : null);
            if (role is not null)
            {
                await _loader.ExecuteAsync(
                    $"""CREATE ROLE "{role}"; GRANT exograph_loader TO "{role}"; SET SESSION AUTHORIZATION "{role}" """);
            }
            var load = await _loader.BeginAsync(reserved: random.Next(2) == 0);
            await _loader.StageAsync(load, n == 1 ? bundle : new Bundle(), random);
            if (role is not null)
                await _loader.ExecuteAsync($"""RESET SESSION AUTHORIZATION; DROP OWNED BY "{role}"; DROP ROLE "{role}" """);
            await _loader.ExecuteAsync(
                $"UPDATE exograph.loads SET started_at = now() - interval '{(isOld ? 3 : 1)} days' WHERE load_id = {load}");
            loads.Add((load, isOld));
        }
        if (crash is not null)
            await CrashAsync(crash, "SELECT exograph.abandon_loads('2 days')");
        var differences = new List<string>();
        foreach (var (load, outcome) in await _loader.AbandonOldAsync())
        {
            if (outcome != "abandoned" || !loads.Contains((load, true)))
                differences.Add($"load {load} was {outcome} by its age");
        }
        foreach (var (load, isOld) in loads)
        {
            if (await _loader.StateAsync(load) != (isOld ? "abandoned" : "open") || await _loader.HasStagingAsync(load) == isOld)
                differences.Add($"load {load} is {await _loader.StateAsync(load)}, {(isOld ? "old" : "young")}");
            if (!isOld)
                differences.AddRange(await AbandonAsync(load));
        }
        return [.. differences, .. await DifferencesAsync()];
    }

    /// <summary>What check_index finds.</summary>
    public Task<List<string>> FindingsAsync() => _loader.FindingsAsync();

    /// <summary>What counts as complete that may not, or does not that must.</summary>
    public async Task<IReadOnlyList<string>> DeclarationDifferencesAsync()
    {
        var (_, idOf) = await _loader.ReadIndexAsync();
        var files = _model.KeysOf(BundleTable.Files).ToDictionary(idOf);
        var complete = await _loader.CompleteAsync();
        return
        [
            .. _model.DeclarationDifferences(
                complete.Where(told => files.ContainsKey(told.File)).Select(told => (files[told.File], told.Table)).ToHashSet()),
        ];
    }

    /// <summary>Merges partitions, which is to change nothing that is seen.</summary>
    public Task<IReadOnlyList<string>> MergePartitionsAsync(int keep, CrashPoint? crash) =>
        ChangeAsync($"SELECT exograph.merge_partitions({keep})", () => { }, crash);

    /// <summary>Takes a load back out, or is refused, as others lean on it.</summary>
    public async Task<IReadOnlyList<string>> UndoAsync(int load, bool dependents, CrashPoint? crash)
    {
        var sql = $"CALL exograph.undo_load({load}, dependents => {(dependents ? "true" : "false")})";
        try
        {
            if (crash is not null)
            {
                await CrashAsync(crash, sql);
                if (await _loader.StateAsync(load) == "finalized" && await DifferencesAsync() is { Count: > 0 } differences)
                    return [.. differences.Select(difference => $"after the crash: {difference}")];
            }
            await _loader.ExecuteAsync(sql);
        }
        catch (PostgresException exception) when (exception.SqlState == OthersLeanOnIt)
        {
            return !dependents && _model.MayBeLeantOn(load)
                ? await DifferencesAsync()
                : [$"load {load} was not undone: {exception.Message} ({exception.Detail})"];
        }
        var gone = await _loader.UndoneAsync(_model.Loads);
        if (!gone.Contains(load) || gone.Except(dependents ? _model.WithDependents(load) : new HashSet<int> { load }).Any())
            return [$"undo of load {load} has undone {string.Join(", ", gone)}"];
        return [.. _model.Undo(gone, dependents).Select(loss => $"{loss}"), .. await DifferencesAsync()];
    }

    /// <summary>
    /// Whether it is noted of every load who has found rows of it, by table, and who would lose by its being undone; and nothing
    /// is that has no reason.
    /// </summary>
    public async Task<IReadOnlyList<string>> DependencyDifferencesAsync()
    {
        if (_model.Loads.Count == 0)
            return [];
        var noted = (await _loader.DependenciesAsync(_model.Loads)).ToHashSet();
        var differences = _model.DependencyDifferences(noted).ToList();
        foreach (var load in _model.Loads)
        {
            var leaning = noted.Where(line => line.On == load).ToList();
            var losses = leaning.Count > 0 ? [] : _model.LossesWithout(new HashSet<int> { load }, rowsToo: false);
            // Rows that came by themselves and refer to the load's are looked for when it is to be undone.
            if (!losses.Any(loss => loss is { Load: 0, IsTheirs: true }))
                differences.AddRange(losses.Select(Unnoted));
            var all = new HashSet<int> { load };
            while (noted.Where(line => all.Contains(line.On) && line.Load != 0 && all.Add(line.Load)).ToList().Count > 0)
                ;
            differences.AddRange(_model.LossesWithout(all, rowsToo: true).Select(Unnoted));
            if (all.Except(_model.WithDependents(load)).Any())
                differences.Add($"of load {string.Join(", ", all)} it is noted that they lean on load {load}");

            string Unnoted(Loss loss) => $"if load {load} were undone with all that is noted to lean on it: {loss}";
        }
        return differences;
    }

    /// <summary>Deletes a package or a version of one.</summary>
    public Task<IReadOnlyList<string>> DeleteAsync(RowKey key, CrashPoint? crash)
    {
        var names = _model.NamesOf(key).Select(Sql.Literal);
        return ChangeAsync(
            $"SELECT exograph.delete_{key.Table[..^1]}({string.Join(", ", names)})", () => _model.Delete(key), crash);
    }

    /// <summary>Removes terms that nothing uses.</summary>
    public Task<IReadOnlyList<string>> SweepTermsAsync(CrashPoint? crash) =>
        ChangeAsync("SELECT exograph.sweep_terms()", _model.SweepTerms, crash);

    /// <summary>What a load that asks is told other than the model says.</summary>
    private async Task<IEnumerable<string>> LackingDifferencesAsync(int load, BundleValidation validation, bool replaces)
    {
        var lacking = (await _loader.LackingAsync(load)).ToHashSet();
        _model.Ask(load, validation);
        var complete = validation[BundleTable.Files]
            .SelectMany(file => IndexModel.CompleteTables.Select(table => (file, table.Name)))
            .Where(what => !lacking.Contains((what.file.Number, what.Name)))
            .Select(what => (what.file.Key, what.Name))
            .ToHashSet();
        if (replaces)
            return complete.Select(what => $"a load that replaces was told that {what} is complete");
        var asked = validation[BundleTable.Files].Select(file => file.Key).ToHashSet();
        return _model.DeclarationDifferences(complete, asked).Select(difference => $"files_lacking: {difference}");
    }

    private async Task ResolveTermsAsync(Bundle bundle, int? load)
    {
        var terms = new BundleValidation(bundle)[BundleTable.Terms];
        string[] texts = [.. terms.Select(term => (string)term["term"]!)];
        if (load is { } number)
            await _loader.ResolveTermsAsync(number, texts);
        else
            await _loader.ResolveTermsAsync(texts);
        foreach (var term in terms)
            _model.Insert(term.Key, term.Cells);
    }

    private async Task<IReadOnlyList<string>> AbandonAsync(int load)
    {
        await _loader.ExecuteAsync($"CALL exograph.abandon_load({load})");
        var differences = (await DifferencesAsync()).ToList();
        if (await _loader.HasStagingAsync(load))
            differences.Add($"the staging of load {load} is still there");
        return differences;
    }

    /// <summary>
    /// Tries to finalize a load, and says whether it did; if not, the index must be as it was.
    /// </summary>
    private async Task<bool> FinalizesAsync(int load, string sql, CrashPoint crash, List<string> differences)
    {
        await CrashAsync(crash, sql);
        if (await _loader.StateAsync(load) == "finalized")
            return true;
        differences.AddRange((await DifferencesAsync()).Select(difference => $"after the crash: {difference}"));
        if (crash.Kind == CrashKind.Kill)
            differences.AddRange(await WithoutStagingAsync(load));
        return false;
    }

    /// <summary>The staging is gone with the server, and that is said.</summary>
    private async Task<IReadOnlyList<string>> WithoutStagingAsync(int load)
    {
        try
        {
            await _loader.FinalizeAsync(load);
            return ["a load whose staging is lost was finalized"];
        }
        catch (PostgresException exception) when (exception.SqlState == StagingIsLost)
        {
            return [];
        }
    }

    private async Task CrashAsync(CrashPoint crash, string sql)
    {
        try
        {
            await crash.RunAsync(_dataSource, sql, _restart);
        }
        finally
        {
            if (crash.Kind == CrashKind.Kill)
                await ReconnectAsync(); // the server is killed also where it refuses the statement
        }
    }

    private async Task ReconnectAsync()
    {
        await _connection.DisposeAsync();
        _dataSource.Clear();
        _connection = await _dataSource.OpenConnectionAsync();
        _loader = new BulkLoader(_connection, _givenHashes);
    }

    /// <summary>
    /// Runs a statement that changes the index as <paramref name="change"/> does the model. One that was tried and did not come
    /// to its end has changed all of it or nothing, and can be repeated.
    /// </summary>
    private async Task<IReadOnlyList<string>> ChangeAsync(string sql, Action change, CrashPoint? crash)
    {
        var before = _model.Content();
        change();
        var after = _model.Content();
        if (crash is not null)
        {
            await CrashAsync(crash, sql);
            var content = await ReadAsync();
            var differences = after.Differences(content);
            if (differences.Count > 0 && before.Differences(content).Count > 0)
                return [.. differences.Select(difference => $"after the crash: {difference}")];
        }
        await _loader.ExecuteAsync(sql);
        return await DifferencesAsync();
    }

    /// <summary>In what the index differs from the model.</summary>
    private async Task<IReadOnlyList<string>> DifferencesAsync() =>
        [.. _model.Content().Differences(await ReadAsync()), .. await _loader.BrokenTermSetsAsync()];
}
