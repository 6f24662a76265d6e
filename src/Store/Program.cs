using LightlyCluster.Store;

return await EmbeddedStore.RunAsync(args);
