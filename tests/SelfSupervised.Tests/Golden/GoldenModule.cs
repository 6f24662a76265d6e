using System.Text.Json;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Fills modules with a case's weights.</summary>
public static class GoldenModule
{
    private const int BufferFormula = 500000;

    /// <summary>Sets every parameter that the case lists, by name; the names and shapes must be ours.</summary>
    public static void Fill(nn.Module module, GoldenCase golden, Func<string, string>? rename = null)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var parameters = module.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter, StringComparer.Ordinal);
        var listed = golden.Root.GetProperty("parameters").EnumerateArray().ToArray();
        parameters.Count.ShouldBe(listed.Length, "number of parameters");
        foreach (var entry in listed)
        {
            var name = entry.GetProperty("name").GetString()!;
            var ours = rename is null ? name : rename(name);
            parameters.ShouldContainKey(ours);
            var shape = entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
            parameters[ours].shape.ShouldBe(shape, ours);
            parameters[ours].copy_(GoldenTensor.Parameter(name, entry.GetProperty("p").GetInt32(), shape));
        }
    }

    /// <summary>Compares the buffers that an object of tensors or signatures lists.</summary>
    public static void CompareBuffers(
        nn.Module module, JsonElement expected, double tolerance, string what, Func<string, string>? rename = null)
    {
        var buffers = module.named_buffers().ToDictionary(pair => pair.name, pair => pair.buffer, StringComparer.Ordinal);
        foreach (var property in expected.EnumerateObject())
        {
            var ours = rename is null ? property.Name : rename(property.Name);
            buffers.ShouldContainKey(ours);
            if (GoldenTensor.IsTensor(property.Value))
            {
                GoldenCompare.Tensors(buffers[ours], property.Value, tolerance, $"{what} {ours}");
            }
            else
            {
                GoldenCompare.Signature(buffers[ours], property.Value, tolerance, $"{what} {ours}", BufferFormula);
            }
        }
    }
}
