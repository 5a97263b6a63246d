namespace Exograph.ServerSide.Cli;

/// <summary>libpq's connection service file: the section that PGSERVICE names.</summary>
internal static class ServiceFile
{
    public static IReadOnlyList<(string Key, string Value, string Place)> Read(string service, Func<string, string?> variable)
    {
        foreach (var path in Places(variable).Where(File.Exists))
        {
            var section = Section(File.ReadLines(path), service);
            if (section is not null)
                return section;
        }
        throw new UsageException($"PGSERVICE names the service {service}, which no service file defines");
    }

    private static IEnumerable<string> Places(Func<string, string?> variable)
    {
        yield return variable("PGSERVICEFILE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pg_service.conf");
        if (variable("PGSYSCONFDIR") is { } directory)
            yield return Path.Combine(directory, "pg_service.conf");
        yield return "/etc/postgresql-common/pg_service.conf";
    }

    private static List<(string Key, string Value, string Place)>? Section(IEnumerable<string> lines, string service)
    {
        List<(string, string, string)>? section = null;
        var number = 0;
        foreach (var line in lines.Select(l => l.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] == '[')
            {
                if (section is not null)
                    break;
                if (line == $"[{service}]")
                    section = [];
            }
            else if (section is not null && line.Split('=', 2) is [var key, var value])
            {
                section.Add((key.Trim(), value.Trim(), $"the name in line {number} of its file"));
            }
        }
        return section;
    }
}
