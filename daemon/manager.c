/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/manager.h"

struct _KexecManager {
  KexecBusManagerSkeleton parent_instance;
  void (*refresh) (const char *property, gpointer user_data);
  gpointer user_data;
  gboolean refreshing;
};

G_DEFINE_FINAL_TYPE (KexecManager, kexec_manager, KEXEC_BUS_TYPE_MANAGER_SKELETON)

static void
kexec_manager_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  KexecManager *self = KEXEC_MANAGER (object);

  if (!self->refreshing) {
    self->refreshing = TRUE;
    self->refresh (pspec->name, self->user_data);
    self->refreshing = FALSE;
  }
  /* Both classes number the interface's properties alike, from 1. */
  G_OBJECT_CLASS (kexec_manager_parent_class)->get_property (object, property_id, value, pspec);
}

static void
kexec_manager_set_property (GObject *object, guint property_id, const GValue *value,
                            GParamSpec *pspec)
{
  G_OBJECT_CLASS (kexec_manager_parent_class)->set_property (object, property_id, value, pspec);
}

static void
kexec_manager_class_init (KexecManagerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = kexec_manager_get_property;
  object_class->set_property = kexec_manager_set_property;
  kexec_bus_manager_override_properties (object_class, 1);
}

static void
kexec_manager_init (KexecManager *self)
{
}

KexecManager *
kexec_manager_new (void (*refresh) (const char *property, gpointer user_data), gpointer user_data)
{
  KexecManager *self = g_object_new (KEXEC_TYPE_MANAGER, NULL);

  self->refresh = refresh;
  self->user_data = user_data;
  return self;
}
