namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The two unequal views of BYOL; Barlow Twins and TiCo use the same.</summary>
public class BYOLTransform : MultiViewTransform
{
    /// <summary>Makes the transform.</summary>
    /// <param name="view1Transform">The first view; null means lightly's.</param>
    /// <param name="view2Transform">The second view; null means lightly's.</param>
    public BYOLTransform(BYOLView1Transform? view1Transform = null, BYOLView2Transform? view2Transform = null)
        : base([.. (view1Transform ?? new BYOLView1Transform()).Views, .. (view2Transform ?? new BYOLView2Transform()).Views])
    {
    }
}
