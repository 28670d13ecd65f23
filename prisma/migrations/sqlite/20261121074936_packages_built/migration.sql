-- CreateTable
CREATE TABLE "PackageTree" (
    "sha256" TEXT NOT NULL PRIMARY KEY,
    "entries" TEXT NOT NULL,
    "changes" TEXT NOT NULL DEFAULT '[]'
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Package" (
    "sha256" TEXT NOT NULL PRIMARY KEY,
    "component" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "os" TEXT NOT NULL,
    "arch" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "entry" TEXT NOT NULL,
    "entrySha256" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "originDetail" TEXT NOT NULL DEFAULT '',
    "baseSha256" TEXT,
    "uploadName" TEXT NOT NULL DEFAULT '',
    "uploadSha256" TEXT NOT NULL DEFAULT '',
    "ticket" TEXT NOT NULL DEFAULT '',
    "notes" TEXT NOT NULL DEFAULT '',
    "verified" TEXT,
    "texts" TEXT NOT NULL DEFAULT '{}',
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "new_Package" ("arch", "component", "createdAt", "createdBy", "entry", "entrySha256", "origin", "originDetail", "os", "sha256", "sizeBytes", "texts", "version") SELECT "arch", "component", "createdAt", "createdBy", "entry", "entrySha256", "origin", "originDetail", "os", "sha256", "sizeBytes", "texts", "version" FROM "Package";
DROP TABLE "Package";
ALTER TABLE "new_Package" RENAME TO "Package";
CREATE INDEX "Package_component_version_idx" ON "Package"("component", "version");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
