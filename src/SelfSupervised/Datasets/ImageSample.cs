namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>One element of a data set.</summary>
/// <param name="Image">The pixels.</param>
/// <param name="Label">Class of the image; 0 in a data set without classes.</param>
/// <param name="Name">Name of the file in the data set.</param>
/// <param name="Id">Number of the element in the data set: the key of its random numbers.</param>
public sealed record ImageSample(DecodedImage Image, int Label, string Name, long Id)
{
    /// <summary>Takes the element apart as lightly does.</summary>
    /// <param name="image">The pixels.</param>
    /// <param name="label">Class of the image.</param>
    /// <param name="name">Name of the file.</param>
    public void Deconstruct(out DecodedImage image, out int label, out string name) => (image, label, name) = (Image, Label, Name);
}
