using System.Reflection;
using System.Text.Json;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Makes an object from lightly's argument names: input_dim becomes inputDim; what is not given has our default.</summary>
public static class GoldenConstructor
{
    // Not ours: on a fleet every loss is that of the whole batch; center_mode has one value; me_max_weight is a second name.
    private static readonly string[] Ignored =
        ["gather_distributed", "sinkhorn_gather_distributed", "center_mode", "me_max_weight", "world_size", "views"];

    public static T Create<T>(JsonElement parameters) => (T)Create(typeof(T), parameters);

    public static object Create(Type type, JsonElement parameters)
    {
        var given = parameters.EnumerateObject()
            .Where(property => !Ignored.Contains(property.Name))
            .ToDictionary(property => CamelCase(property.Name), property => property.Value, StringComparer.Ordinal);
        foreach (var (name, value) in given.Where(pair => pair.Value.ValueKind == JsonValueKind.Array && pair.Key.EndsWith("ize", StringComparison.Ordinal)).ToArray())
        {
            // lightly's size may be a pair, ours are two arguments.
            given[name] = value[0];
            given[name == "size" ? "dimension" : name[..^"Size".Length] + "Dimension"] = value[1];
        }

        var constructor = type.GetConstructors()
            .FirstOrDefault(candidate => given.Keys.All(name => candidate.GetParameters().Any(parameter => parameter.Name == name)))
            ?? throw new InvalidOperationException($"{type.Name} has no constructor with {string.Join(", ", given.Keys)}.");
        var arguments = constructor.GetParameters()
            .Select(parameter => given.TryGetValue(parameter.Name!, out var value) ? Convert(value, parameter) : parameter.DefaultValue)
            .ToArray();
        return constructor.Invoke(arguments);
    }

    private static string CamelCase(string name)
    {
        var words = name.Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static object? Convert(JsonElement value, ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ when type == typeof(double) => value.GetDouble(),
            _ when type == typeof(int) => value.GetInt32(),
            _ when type == typeof(string) => value.GetString(),
            _ => value.GetInt64(),
        };
    }
}
