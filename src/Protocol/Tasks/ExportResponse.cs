namespace LightlyCluster.Protocol.Tasks;

/// <summary>What was exported.</summary>
/// <param name="Path">The file.</param>
/// <param name="Format">safetensors, pt or onnx.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Backbone">Name of the backbone.</param>
/// <param name="Width">Its width.</param>
/// <param name="ImageSize">Side of the images.</param>
/// <param name="Parameters">Number of parameters.</param>
/// <param name="Features">Numbers that the exported model gives.</param>
public sealed record ExportResponse(
    string Path, string Format, long Bytes, string Backbone, double Width, int ImageSize, long Parameters, long Features);
