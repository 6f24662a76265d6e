using System.Reflection;
using System.Text.Json;
using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Constructors that carry lightly's name also have its arguments, in its order, with its defaults.</summary>
internal static class ApiGoldenChecks
{
    // gather_distributed: on the fleet every loss is that of the whole batch. kernel_size and the like: lightly ignores them.
    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "gather_distributed", "sinkhorn_gather_distributed", "kernel_size", "kernel_scale", "GaussianBlur.scale",
    };

    /// <summary>Classes whose constructor differs on purpose, with the reason.</summary>
    private static readonly Dictionary<string, string> Different = new(StringComparer.Ordinal)
    {
        ["CosineWarmupScheduler"] = "a function of the epoch, without an optimizer",
        ["DCLLoss"] = "the weighting function is a class of its own, DCLWLoss",
        ["DINOLoss"] = "center_mode has one value in lightly, 'mean'",
        ["MSNLoss"] = "me_max_weight is a second name of regularization_weight",
        ["MemoryBankModule"] = "the bank has one layout, [size, dimension]",
        ["SplitBatchNorm"] = "a part of the backbone, with our words for its arguments",
    };

    [GoldenCheck("constructor defaults")]
    internal static void CheckConstructors(GoldenCase golden)
    {
        var types = typeof(MultiViewTransform).Assembly.GetExportedTypes().ToLookup(type => type.Name, StringComparer.Ordinal);
        var differences = new List<string>();
        var compared = 0;
        foreach (var entry in golden.Root.GetProperty("defaults").EnumerateObject().SelectMany(group => group.Value.EnumerateObject()))
        {
            if (types[entry.Name].SingleOrDefault() is { IsAbstract: false } type && !Different.ContainsKey(entry.Name))
            {
                compared++;
                var constructors = type.GetConstructors();
                if (!constructors.Any(constructor => Differences(constructor, entry.Value).Count == 0))
                {
                    differences.Add($"{entry.Name}: {string.Join("; ", Differences(constructors[0], entry.Value))}");
                }
            }
        }

        string.Join('\n', differences).ShouldBeEmpty();
        compared.ShouldBeGreaterThan(25);
    }

    private static List<string> Differences(ConstructorInfo constructor, JsonElement expected)
    {
        var ours = constructor.GetParameters();
        var theirs = expected.EnumerateObject()
            .Where(argument => !LeftOut.Contains(argument.Name) && !LeftOut.Contains($"{constructor.DeclaringType!.Name}.{argument.Name}")).ToArray();
        var differences = new List<string>();
        for (var index = 0; index < theirs.Length; index++)
        {
            var name = CamelCase(theirs[index].Name);
            if (index >= ours.Length || ours[index].Name != name)
            {
                differences.Add($"argument {index} is '{ours.ElementAtOrDefault(index)?.Name}', not '{name}'");
            }
            else if (!IsEqual(ours[index], theirs[index].Value))
            {
                differences.Add($"{name} is {ours[index].DefaultValue ?? "null"}, not {theirs[index].Value}");
            }
        }

        return differences;
    }

    // A list, range or size cannot be a default in C#: null stands for lightly's value there, which the checks of values confirm.
    private static bool IsEqual(ParameterInfo ours, JsonElement theirs) => theirs.ValueKind switch
    {
        JsonValueKind.Number when ours.ParameterType == typeof(ImageSize?) => ours.HasDefaultValue && ours.DefaultValue is null,
        JsonValueKind.Number => ours.HasDefaultValue && Convert.ToDouble(ours.DefaultValue) == theirs.GetDouble(),
        JsonValueKind.True or JsonValueKind.False => ours.HasDefaultValue && Equals(ours.DefaultValue, theirs.GetBoolean()),
        JsonValueKind.String when theirs.GetString() == "<required>" => !ours.HasDefaultValue,
        JsonValueKind.String => ours.HasDefaultValue && Equals(ours.DefaultValue, theirs.GetString()),
        _ => ours.HasDefaultValue && ours.DefaultValue is null,
    };

    private static string CamelCase(string name)
    {
        var words = name.Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
