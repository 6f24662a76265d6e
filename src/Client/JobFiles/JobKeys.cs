using Google.Protobuf.Reflection;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.JobFiles;

/// <summary>Every key that a job file may hold below <c>spec</c>.</summary>
/// <remarks>
/// Built from the wire's own description, so that a field of the protos is a key at once. Parameters of methods stand
/// beside <c>method.name</c> and those of transforms beside <c>transforms.preset</c>. Keys of lightly's own configuration
/// are aliases.
/// </remarks>
internal static class JobKeys
{
    /// <summary>Second names and the keys that they stand for.</summary>
    private static readonly (string Alias, string Path)[] Aliases =
    [
        ("data.inputSize", "data.imageSize"),
        ("transforms.inputSize", "data.imageSize"),
        ("inputDir", "data.path"),
        ("seed", "train.seed"),
        ("collate.inputSize", "data.imageSize"),
        ("loader.batchSize", "train.batchSize"),
        ("trainer.maxEpochs", "train.epochs"),
        ("model.name", "backbone.name"),
        ("model.width", "backbone.width"),
        ("model.outDim", "method.outDim"),
        ("criterion.temperature", "method.temperature"),
        ("criterion.memoryBankSize", "method.memoryBankSize"),
        ("optimizer.lr", "optimizer.learningRate"),
    ];

    private static readonly (string Section, string Key)[] Shorthands =
    [
        ("data", "path"), ("method", "name"), ("backbone", "name"), ("transforms", "preset"), ("optimizer", "name"), ("schedule", "name"),
    ];

    /// <summary>The section <c>spec</c>.</summary>
    public static JobKey Root { get; } = Build();

    /// <summary>The key of a path such as <c>train.batchSize</c>; null where there is none.</summary>
    public static JobKey? Find(string path)
    {
        var key = Root;
        foreach (var name in path.Split('.'))
        {
            key = key?.Find(name);
        }

        return key;
    }

    /// <summary>Every key that holds a value, without aliases, in the order of the wire.</summary>
    public static IEnumerable<JobKey> Leaves(JobKey section) => section.Children.Values
        .Where(key => !key.IsAlias)
        .SelectMany(key => key.Kind == JobKeyKind.Section ? Leaves(key) : [key]);

    private static JobKey Build()
    {
        var root = new JobKey("spec", "", JobKeyKind.Section, []);
        AddFields(root, TrainingJobSpec.Descriptor);
        AddSpellings(root.Children["transforms"]);
        foreach (var parameter in TransformCatalog.Parameters)
        {
            AddAlias(root, $"collate.{parameter.Name}", $"transforms.{parameter.Name}");
        }

        foreach (var (alias, path) in Aliases)
        {
            AddAlias(root, alias, path);
        }

        foreach (var (section, key) in Shorthands)
        {
            root.Children[section].Shorthand = root.Children[section].Children[key];
        }

        return root;
    }

    private static void AddFields(JobKey section, MessageDescriptor message)
    {
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            var path = section.Path.Length == 0 ? field.JsonName : $"{section.Path}.{field.JsonName}";
            if (field.IsMap)
            {
                AddParameters(section, field);
            }
            else if (field.IsRepeated)
            {
                section.Add(new JobKey(field.JsonName, path, JobKeyKind.Regularizers, [.. section.Fields, field]));
            }
            else if (field.FieldType == FieldType.Message)
            {
                AddFields(section.Add(new JobKey(field.JsonName, path, JobKeyKind.Section, [.. section.Fields, field])), field.MessageType);
            }
            else
            {
                section.Add(new JobKey(field.JsonName, path, KindOf(field), [.. section.Fields, field]));
            }
        }
    }

    private static void AddParameters(JobKey section, FieldDescriptor field)
    {
        var isMethod = section.Name == "method";
        var parameters = isMethod
            ? MethodCatalog.All.SelectMany(method => method.Losses.SelectMany(method.ParametersWith))
            : TransformCatalog.Parameters;
        foreach (var name in parameters.Select(parameter => parameter.Name).Distinct(StringComparer.Ordinal))
        {
            section.Add(new JobKey(name, $"{section.Path}.{name}", JobKeyKind.Parameter, [.. section.Fields, field]) { Parameter = name });
        }

        if (isMethod)
        {
            // Parameters of a plugin, whose names only the workers know.
            section.Add(new JobKey(field.JsonName, $"{section.Path}.{field.JsonName}", JobKeyKind.Section, section.Fields) { OpenTable = field });
        }
    }

    private static void AddSpellings(JobKey transforms)
    {
        foreach (var (name, parameters) in TransformCatalog.Spellings)
        {
            var parts = parameters.Select(parameter => transforms.Children[parameter]).ToArray();
            transforms.Add(parts.Length > 1
                ? new JobKey(name, $"{transforms.Path}.{name}", JobKeyKind.NumberList, []) { IsAlias = true, Parts = parts }
                : new JobKey(name, parts[0].Path, parts[0].Kind, parts[0].Fields) { IsAlias = true, Parameter = parts[0].Parameter });
        }
    }

    private static void AddAlias(JobKey root, string alias, string path)
    {
        var target = path.Split('.').Aggregate(root, (key, name) => key.Children[name]);
        var names = alias.Split('.');
        var section = root;
        foreach (var name in names[..^1])
        {
            section = section.Find(name) ?? section.Add(new JobKey(name, name, JobKeyKind.Section, []) { IsAlias = true });
        }

        section.Add(new JobKey(names[^1], target.Path, target.Kind, target.Fields) { IsAlias = true, Parameter = target.Parameter });
    }

    private static JobKeyKind KindOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => JobKeyKind.Text,
        FieldType.Int32 => JobKeyKind.Integer,
        FieldType.Int64 => JobKeyKind.LongInteger,
        FieldType.UInt64 => JobKeyKind.UnsignedInteger,
        FieldType.Double => JobKeyKind.Number,
        FieldType.Bool => JobKeyKind.Switch,
        _ => throw new NotSupportedException($"Field {field.FullName} is of kind {field.FieldType}, which job files do not know."),
    };
}
