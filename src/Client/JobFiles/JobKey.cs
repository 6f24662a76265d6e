using Google.Protobuf.Reflection;

namespace LightlyCluster.Client.JobFiles;

/// <summary>A key of a job file, with the keys below it.</summary>
/// <remarks>An alias shares <see cref="Path"/> with the key that it stands for, and has another <see cref="Name"/>.</remarks>
internal sealed class JobKey
{
    /// <summary>Creates a key.</summary>
    public JobKey(string name, string path, JobKeyKind kind, IReadOnlyList<FieldDescriptor> fields)
    {
        Name = name;
        Path = path;
        Kind = kind;
        Fields = fields;
    }

    /// <summary>The key as written in a file.</summary>
    public string Name { get; }

    /// <summary>The keys from <c>spec</c> down, joined by dots: <c>train.batchSize</c>.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public JobKeyKind Kind { get; }

    /// <summary>The fields of the wire message, from the specification down.</summary>
    public IReadOnlyList<FieldDescriptor> Fields { get; }

    /// <summary>Key of the parameter table; empty for other kinds.</summary>
    public string Parameter { get; init; } = "";

    /// <summary>The parameters that a list of numbers sets, in order.</summary>
    public IReadOnlyList<JobKey> Parts { get; init; } = [];

    /// <summary>The table whose parameters a section takes by any name; null: only known keys stand in it.</summary>
    public FieldDescriptor? OpenTable { get; init; }

    /// <summary>True for a second name, which is not offered in messages or written.</summary>
    public bool IsAlias { get; init; }

    /// <summary>Keys of a section, by name.</summary>
    public SortedDictionary<string, JobKey> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The key that a plain word in place of the section sets: <c>method: moco</c>; null where there is none.</summary>
    public JobKey? Shorthand { get; set; }

    /// <summary>What the key holds, for people.</summary>
    public string Expected => Kind switch
    {
        JobKeyKind.Section when OpenTable is null => $"keys ({string.Join(", ", ProperNames)})",
        JobKeyKind.Section when OpenTable is not null => "keys with numbers",
        JobKeyKind.NumberList => $"a list of {Parts.Count} numbers",
        JobKeyKind.Regularizers => "a list such as [{name: co2, alpha: 1}]",
        JobKeyKind.Text => "a word",
        JobKeyKind.Switch => "true or false",
        JobKeyKind.Number or JobKeyKind.Parameter => "a number",
        JobKeyKind.UnsignedInteger => "a whole number, 0 or more",
        _ => "a whole number",
    };

    /// <summary>The keys of a section without aliases.</summary>
    public IEnumerable<string> ProperNames => Children.Values.Where(child => !child.IsAlias).Select(child => child.Name);

    /// <summary>The key below a section; snake_case is read as camelCase. Null where there is none.</summary>
    public JobKey? Find(string name) => OpenTable is null
        ? Children.GetValueOrDefault(name) ?? Children.GetValueOrDefault(CamelCase(name))
        : new JobKey(name, $"{Path}.{name}", JobKeyKind.Parameter, [.. Fields, OpenTable]) { Parameter = name };

    /// <summary>Adds a key below a section.</summary>
    public JobKey Add(JobKey child)
    {
        Children[child.Name] = child;
        return child;
    }

    private static string CamelCase(string name)
    {
        var words = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return words.Length < 2
            ? name
            : words[0] + string.Concat(words[1..].Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
