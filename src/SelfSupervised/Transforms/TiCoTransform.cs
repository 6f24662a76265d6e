namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The two views of TiCo, which are those of BYOL.</summary>
public sealed class TiCoTransform : BYOLTransform
{
    /// <summary>Makes the transform.</summary>
    /// <param name="view1Transform">The first view; null means lightly's.</param>
    /// <param name="view2Transform">The second view; null means lightly's.</param>
    public TiCoTransform(BYOLView1Transform? view1Transform = null, BYOLView2Transform? view2Transform = null)
        : base(view1Transform, view2Transform)
    {
    }
}
