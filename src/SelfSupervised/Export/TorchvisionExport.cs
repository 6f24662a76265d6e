using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Checkpoints;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Export;

/// <summary>Writes a trained backbone so that torchvision loads it: <c>model.load_state_dict(load_file(path))</c>.</summary>
public static class TorchvisionExport
{
    /// <summary>The state of a backbone in torchvision's order and names.</summary>
    /// <param name="backbone">The backbone; borrowed.</param>
    /// <returns>Names and tensors; the tensors stay owned by the backbone.</returns>
    public static IReadOnlyList<(string Name, Tensor Tensor)> StateDictionary(Backbone backbone) => [.. StateOf(backbone, "")];

    /// <summary>All that a backbone consists of, by the names of its modules.</summary>
    internal static IReadOnlyList<(string Name, Tensor Tensor)> FullState(Backbone backbone) => [.. StateOf(backbone, "")];

    /// <summary>Writes the backbone's state as a safetensors file.</summary>
    /// <param name="path">Where the file goes; its folder must exist. A file of that name is replaced.</param>
    /// <param name="backbone">The backbone; borrowed.</param>
    /// <param name="metadata">Texts that describe the file; "format" is set to "pt" if missing, as Python's loaders expect.</param>
    /// <exception cref="IOException">The file cannot be written; nothing but the old file is left.</exception>
    public static void WriteSafetensors(
        string path, Backbone backbone, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var texts = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        texts.TryAdd("format", "pt");
        Safetensors.Write(path, StateDictionary(backbone), texts);
    }

    /// <summary>Writes the backbone's state as a PyTorch file: <c>model.load_state_dict(torch.load(path))</c>.</summary>
    /// <param name="path">Where the file goes; its folder must exist. A file of that name is replaced.</param>
    /// <param name="backbone">The backbone; borrowed.</param>
    /// <exception cref="IOException">The file cannot be written; nothing but the old file is left.</exception>
    public static void WritePyTorch(string path, Backbone backbone) => PyTorchStateDictionary.Write(path, StateDictionary(backbone));

    private static IEnumerable<(string Name, Tensor Tensor)> StateOf(nn.Module module, string prefix)
    {
        foreach (var (name, parameter) in module.named_parameters(recurse: false))
        {
            yield return (prefix + name, parameter);
        }

        foreach (var (name, buffer) in module.named_buffers(recurse: false, include_nonpersistent: false))
        {
            yield return (prefix + name, buffer);
        }

        foreach (var (childName, child) in module.named_children())
        {
            foreach (var entry in StateOf(child, $"{prefix}{childName}."))
            {
                yield return entry;
            }
        }
    }
}
